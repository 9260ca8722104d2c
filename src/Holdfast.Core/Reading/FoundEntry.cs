using Holdfast.Engine.Names;
using Holdfast.Engine.Trees;

namespace Holdfast.Core.Reading;

/// <summary>An entry of a backup that a search has found.</summary>
public sealed class FoundEntry
{
    internal FoundEntry(NameHit hit)
    {
        Path = hit.Path;
        Type = BackupEntry.WordOf(hit.Type);
        Size = hit.Type == NodeType.File ? (long)Math.Min(hit.Size, long.MaxValue) : null;
        ModifiedAt = BackupEntry.TimeOf(new UnixTime(hit.ModifiedAt, 0));
    }

    /// <summary>Raw bytes, from the share on.</summary>
    public byte[] Path { get; }

    public ReadOnlySpan<byte> Name => Path.AsSpan(Path.AsSpan().LastIndexOf((byte)'/') + 1);

    /// <inheritdoc cref="BackupEntry.Type"/>
    public string Type { get; }

    /// <inheritdoc cref="BackupEntry.Size"/>
    public long? Size { get; }

    /// <summary>To the second.</summary>
    public DateTimeOffset? ModifiedAt { get; }
}
