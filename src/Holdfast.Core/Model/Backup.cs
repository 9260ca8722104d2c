namespace Holdfast.Core.Model;

/// <summary>Statuses of a backup that Holdfast itself gives; an administrator may set others of Manila's.</summary>
public static class BackupStatus
{
    public const string Creating = "creating";
    public const string Available = "available";
    public const string Error = "error";
    public const string Restoring = "restoring";
    public const string Deleting = "deleting";
    public const string ErrorDeleting = "error_deleting";
}

/// <summary>A backup of a share or of a volume: the catalog row that names a snapshot of the project's repository. Times are UTC, microseconds.</summary>
public sealed record Backup
{
    public required string Id { get; init; }

    /// <summary>The project of whoever made the backup, which need not be the share's.</summary>
    public required string ProjectId { get; init; }
    public required string UserId { get; init; }

    /// <summary>The share it is of; null when it is of a volume.</summary>
    public string? ShareId { get; init; }

    /// <summary>The volume it is of; null when it is of a share.</summary>
    public string? VolumeId { get; init; }
    public bool OfVolume => VolumeId is not null;
    public string SourceId => ShareId ?? VolumeId!;
    public string? Name { get; init; }
    public string? Description { get; init; }

    /// <summary>GiB: the source's size when the backup was made.</summary>
    public required int Size { get; init; }

    /// <summary>Of a volume's backup, the same exactly; null until the backup is available.</summary>
    public long? Bytes { get; init; }
    public required string Status { get; init; }
    public required string AvailabilityZone { get; init; }

    /// <summary>Percent, 0 to 100.</summary>
    public int Progress { get; init; }
    public int RestoreProgress { get; init; }
    public string? BackupType { get; init; }

    /// <summary>The type of a volume's backup that was asked to read everything.</summary>
    public const string Full = "full";

    /// <summary>The request's backup_options as JSON text; null when there were none.</summary>
    public string? Options { get; init; }
    public string? Host { get; init; }
    public string? Topic { get; init; }
    public string? FailReason { get; init; }

    /// <summary>restic's id of the snapshot, 64 hex digits; null until the backup is available.</summary>
    public string? SnapshotId { get; init; }

    /// <summary>How the source was taken: <c>snapshot</c> or <c>live</c>.</summary>
    public string? Capture { get; init; }

    /// <summary>Entries of the source that are not in the backup, or not as they were; the notes name the first of them.</summary>
    public long ItemErrors { get; init; }
    public string? Notes { get; init; }

    /// <summary>When the source was captured; null until the backup is available.</summary>
    public DateTimeOffset? DataAt { get; init; }

    /// <summary>Whether an earlier backup said what need not be read again; null until the backup is available.</summary>
    public bool? IsIncremental { get; init; }

    /// <summary>Packs of the repository that hold the data; null until the backup is available.</summary>
    public long? ObjectCount { get; init; }

    /// <summary>The schedule that has asked for it, and that alone may let it go by its retention; null when a person has.</summary>
    public string? ScheduleId { get; init; }

    /// <summary>When its data was all there; null where that was not noted.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>When a drill last restored it.</summary>
    public DateTimeOffset? RestoredAt { get; init; }

    /// <summary>What a verification or a drill has found wrong with it, in words for its project; null when nothing is known to be.</summary>
    public string? Damage { get; init; }

    /// <summary>When a drill last found it damaged: until all has been read since, no verification says otherwise.</summary>
    public DateTimeOffset? DrillDamageAt { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
}
