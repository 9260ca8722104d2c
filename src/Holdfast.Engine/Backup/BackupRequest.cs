using Holdfast.Engine.Snapshots;

namespace Holdfast.Engine.Backup;

/// <summary>What a snapshot is to say of itself, and what it is compared with.</summary>
public sealed record BackupRequest
{
    /// <summary>The snapshot's paths, absolute. With the host name they find the parent of the next backup.</summary>
    public required IReadOnlyList<string> Paths { get; init; }
    public required string Hostname { get; init; }
    public string Username { get; init; } = "";
    public uint Uid { get; init; }
    public uint Gid { get; init; }
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>
    /// Begins one more tag, which ends in <see cref="BackupReport.ItemErrors"/>; a snapshot without errors has none.
    /// </summary>
    public string? ErrorsTag { get; init; }
    public string ProgramVersion { get; init; } = "";

    /// <summary>
    /// The snapshot's time, which must not be later than the source was captured; the moment the run begins when null.
    /// </summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>
    /// Files that are as this snapshot has them are not read again. Choose it with <see cref="ParentSnapshot"/>; with
    /// null every file is read.
    /// </summary>
    public Snapshot? Parent { get; init; }
    public BackupOptions Options { get; init; } = new();
}
