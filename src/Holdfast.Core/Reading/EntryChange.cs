using Holdfast.Engine.Browse;

namespace Holdfast.Core.Reading;

/// <summary>What became of an entry from one backup to another.</summary>
public sealed class EntryChange
{
    internal EntryChange(TreeChange change)
    {
        Path = change.Path;
        Kind = WordOf(change.Kind);
        Before = change.Before is { } before ? new BackupEntry(change.Path, before) : null;
        After = change.After is { } after ? new BackupEntry(change.Path, after) : null;
    }

    /// <summary>Raw bytes, from the share on.</summary>
    public byte[] Path { get; }

    /// <summary><c>added</c>, <c>removed</c>, <c>type</c>, <c>content</c> or <c>metadata</c>.</summary>
    public string Kind { get; }

    /// <summary>Null when it was added.</summary>
    public BackupEntry? Before { get; }

    /// <summary>Null when it was removed.</summary>
    public BackupEntry? After { get; }

    internal static string WordOf(TreeChangeKind kind) => kind.ToString().ToLowerInvariant();
}
