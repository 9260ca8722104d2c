namespace Holdfast.Engine.Snapshots;

/// <summary>restic's snapshot summary; times are when the backup began and ended.</summary>
public sealed record SnapshotSummary
{
    public DateTimeOffset BackupStart { get; init; }
    public DateTimeOffset BackupEnd { get; init; }
    public long FilesNew { get; init; }
    public long FilesChanged { get; init; }
    public long FilesUnmodified { get; init; }
    public long DirsNew { get; init; }
    public long DirsChanged { get; init; }
    public long DirsUnmodified { get; init; }
    public long DataBlobs { get; init; }
    public long TreeBlobs { get; init; }
    public long DataAdded { get; init; }
    public long DataAddedPacked { get; init; }
    public long TotalFilesProcessed { get; init; }
    public long TotalBytesProcessed { get; init; }
}

/// <summary>A snapshot object: one tree at one time, and what it is of.</summary>
public sealed record Snapshot
{
    /// <summary>Name of the stored object; zero until it is stored.</summary>
    public Id Id { get; init; }
    public required DateTimeOffset Time { get; init; }
    public Id? Parent { get; init; }
    public required Id Tree { get; init; }
    public required IReadOnlyList<string> Paths { get; init; }
    public string Hostname { get; init; } = "";
    public string Username { get; init; } = "";
    public uint Uid { get; init; }
    public uint Gid { get; init; }
    public IReadOnlyList<string> Excludes { get; init; } = [];
    public IReadOnlyList<string> Tags { get; init; } = [];
    public Id? Original { get; init; }
    public string ProgramVersion { get; init; } = "";
    public SnapshotSummary? Summary { get; init; }
}
