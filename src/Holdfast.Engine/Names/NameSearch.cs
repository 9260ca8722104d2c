using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Names;

/// <summary>What is looked for in an index of names, and how much of it.</summary>
public sealed record NameSearch(NamePattern Pattern)
{
    /// <summary>Entries of this type alone; null: of any.</summary>
    public NodeType? Type { get; init; }

    /// <summary>So many entries of the walk are passed over.</summary>
    public long From { get; init; }

    /// <summary>What this index finds under the same path is left out.</summary>
    public NameIndex? Unless { get; init; }

    public int Most { get; init; } = int.MaxValue;

    /// <summary>Once the paths have so many bytes, nothing more is found.</summary>
    public long MostBytes { get; init; } = long.MaxValue;
}

/// <summary>An entry that a search has found.</summary>
/// <param name="Path">Raw bytes from the directory on, names joined by slashes.</param>
/// <param name="Size">Bytes of a file, else 0.</param>
/// <param name="ModifiedAt">Seconds since 1970.</param>
public readonly record struct NameHit(byte[] Path, NodeType Type, ulong Size, long ModifiedAt);

/// <param name="Hits">In the order of a walk.</param>
/// <param name="Next">From which entry on there is more; null when there is none.</param>
public readonly record struct NameHits(IReadOnlyList<NameHit> Hits, long? Next);
