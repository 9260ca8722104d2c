using Holdfast.Engine.Packs;

namespace Holdfast.Engine.Maintenance.Prune;

/// <summary>
/// One pack: what the index says of it, against what the snapshots need. Bytes count a blob's stored length and its
/// header entry. Of a blob that lies in several packs one copy is used and the others are unused.
/// </summary>
public sealed record PackUse(Id Pack)
{
    public bool HasData { get; init; }

    public bool HasTrees { get; init; }

    /// <summary>Holds a tree that is stored uncompressed, which the format forbids and readers tolerate.</summary>
    public bool HasPlainTree { get; init; }

    public int UsedBlobs { get; init; }

    public int UnusedBlobs { get; init; }

    public long UsedBytes { get; init; }

    public long UnusedBytes { get; init; }

    /// <summary>The part of <see cref="UnusedBytes"/> whose blobs are used, from another pack.</summary>
    public long DuplicateBytes { get; init; }

    /// <summary>Length that the pack object must have.</summary>
    public long Size => UsedBytes + UnusedBytes + PackHeader.TotalLength(0);

    public bool OnlyData => HasData && !HasTrees;
}
