namespace Holdfast.Core.Model;

public static class OperationStatus
{
    public const string Queued = "queued";
    public const string Running = "running";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";

    public static IReadOnlyList<string> All { get; } = [Queued, Running, Succeeded, Failed, Cancelled];
}

public static class OperationKind
{
    public const string CreateBackup = "create_backup";
    public const string RestoreBackup = "restore_backup";

    /// <summary>Of chosen paths. A kind of its own, which no program takes for a restore of everything.</summary>
    public const string RestoreFiles = "restore_files";
    public const string DeleteBackup = "delete_backup";
    public const string CreateVolumeBackup = "create_volume_backup";
    public const string RestoreVolumeBackup = "restore_volume_backup";
    public const string CreateShare = "create_share";
    public const string DeleteShare = "delete_share";
    public const string CreateVolume = "create_volume";
    public const string DeleteVolume = "delete_volume";
    public const string CreateSnapshot = "create_snapshot";
    public const string DeleteSnapshot = "delete_snapshot";
    public const string ExportProject = "export_project";
    public const string Prune = "prune";
    public const string Reap = "reap";
    public const string Verify = "verify";
    public const string Drill = "drill";

    /// <summary>Kinds that work on a project's repository, whatever they are about.</summary>
    public static string[] OfRepository { get; } =
    [
        CreateBackup,
        RestoreBackup,
        RestoreFiles,
        DeleteBackup,
        CreateVolumeBackup,
        RestoreVolumeBackup,
        ExportProject,
        Prune,
        Reap,
        Verify,
        Drill,
    ];
}

/// <summary>
/// Work that some worker does: queued in the transaction that changed the resource it acts on, claimed with a lease, and
/// ended by whoever can name its epoch. Times are UTC, microseconds.
/// </summary>
public sealed record Operation
{
    public required string Id { get; init; }

    /// <summary>Of <see cref="OperationKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Whose it is; empty when the service's own.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Whose repository it reads, where that is not its own project's: a recipient's restore.</summary>
    public string? RepositoryProjectId { get; init; }

    /// <summary>Whose repository it works on; empty when none.</summary>
    public string RepositoryOf => RepositoryProjectId ?? ProjectId;
    public required string UserId { get; init; }
    public required string RequestId { get; init; }

    /// <summary>The W3C trace context of that request; null when nobody traced it.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Whether an administrator asked for it: then only one may cancel it.</summary>
    public bool AskedByAdmin { get; init; }

    /// <summary>The share whose bytes are read or written.</summary>
    public string? ShareId { get; init; }

    /// <summary>The volume whose bytes are read or written, or whose backup is removed.</summary>
    public string? VolumeId { get; init; }
    public string? BackupId { get; init; }

    /// <summary>The backup whose row shows how it goes; null for a recipient's restore, of which the owner's row says nothing.</summary>
    public string? ShownBackupId => RepositoryProjectId is null ? BackupId : null;

    /// <summary>restic's snapshot that must stay while the operation lives, whatever becomes of its backup.</summary>
    public string? PinnedSnapshotId { get; init; }

    /// <summary>The share snapshot that it makes, removes or makes a share of; restic's snapshots are the backup's.</summary>
    public string? SnapshotId { get; init; }

    /// <summary>What a restore of chosen paths puts back, as <see cref="RestoreSelection"/> writes it; null for all else.</summary>
    public string? Selection { get; init; }

    /// <summary>Whether the share is another project's than the operation: a restore into it, whose project may not know it.</summary>
    public bool ForeignShare { get; init; }

    /// <summary>Only a node that announces this root may claim it; null lets any. A volume root's name begins with <c>volume:</c>.</summary>
    public string? Root { get; init; }

    /// <summary>
    /// The share's or the volume's status before: what an operation that never started gives back. A volume's restore gives it
    /// back until it writes, and then it is null.
    /// </summary>
    public string? StatusBefore { get; init; }

    /// <summary>Of <see cref="OperationStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>Higher is claimed first.</summary>
    public required int Priority { get; init; }

    /// <summary>Grows whenever a claim is over without an end: what an earlier claim still does then counts for nothing.</summary>
    public required long Epoch { get; init; }

    /// <summary>How often it was claimed.</summary>
    public int Attempts { get; init; }

    /// <summary>How many of its claims in a row were lost with their workers.</summary>
    public int LostClaims { get; init; }

    /// <summary>Who claimed it last.</summary>
    public string? Node { get; init; }

    /// <summary>
    /// Until when its worker may be at work without having said so. Stands also behind an operation that was cancelled
    /// under a running worker: the share is not touched by others until then.
    /// </summary>
    public DateTimeOffset? LeaseUntil { get; init; }
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>Progress in bytes, or in whatever the kind counts; <see cref="Total"/> is 0 while unknown.</summary>
    public long Done { get; init; }
    public long Total { get; init; }

    /// <summary>What it is doing, in words for people; null where nothing is said.</summary>
    public string? Phase { get; init; }

    /// <summary>Dealt with so far, as <see cref="OperationProgress"/> has it.</summary>
    public long Bytes { get; init; }
    public long Files { get; init; }
    public bool CancelRequested { get; init; }

    /// <summary>Why the last attempt failed, or what it waits for.</summary>
    public string? Message { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the worker that has it now, or had it last, began.</summary>
    public DateTimeOffset? ClaimedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Bytes a second of the worker that has it; null while nobody knows, and where none are counted.</summary>
    public double? Rate =>
        Status == OperationStatus.Running && Bytes > 0 && Elapsed is { } elapsed ? Bytes / elapsed.TotalSeconds : null;

    /// <summary>At the pace so far; null while nobody knows.</summary>
    public TimeSpan? Remaining =>
        Status == OperationStatus.Running && Done > 0 && Total > 0 && Elapsed is { } elapsed
            ? elapsed * Math.Max(0, (Total - Done) / (double)Done)
            : null;

    private TimeSpan? Elapsed => ClaimedAt is { } claimed && UpdatedAt > claimed ? UpdatedAt - claimed : null;

    public int Percent => Total <= 0 ? 0 : (int)Math.Clamp(100.0 * Done / Total, 0, 100);
}
