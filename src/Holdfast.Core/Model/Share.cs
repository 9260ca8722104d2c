namespace Holdfast.Core.Model;

/// <summary>Statuses of a share that Holdfast itself gives; an administrator may set others of Manila's.</summary>
public static class ShareStatus
{
    public const string Creating = "creating";
    public const string Available = "available";
    public const string Error = "error";
    public const string Deleting = "deleting";
    public const string ErrorDeleting = "error_deleting";
    public const string BackupCreating = "backup_creating";
    public const string BackupRestoring = "backup_restoring";
    public const string BackupRestoringError = "backup_restoring_error";
}

/// <summary>A directory of a project: beneath <see cref="Root"/> at <see cref="Path"/>. Times are UTC, microseconds.</summary>
public sealed record Share
{
    public required string Id { get; init; }
    public required string ProjectId { get; init; }
    public required string UserId { get; init; }
    public string? Name { get; init; }
    public string? Description { get; init; }

    /// <summary>GiB, a promise: not enforced on a plain directory.</summary>
    public required int Size { get; init; }
    public required string Status { get; init; }
    public string? TaskState { get; init; }

    /// <summary>Upper case, for example NFS.</summary>
    public required string Protocol { get; init; }
    public required string ShareTypeId { get; init; }
    public required string ShareTypeName { get; init; }

    /// <summary>The type's extra specs as they are now: what the share can.</summary>
    public IReadOnlyDictionary<string, string> ExtraSpecs { get; init; } = new Dictionary<string, string>();
    public bool IsPublic { get; init; }
    public required string AvailabilityZone { get; init; }

    /// <summary>Name of the share root, and the directory's path beneath it; chosen before it is made.</summary>
    public required string Root { get; init; }
    public required string Path { get; init; }

    /// <summary>True when the directory was there before us (manage): its bytes are never ours to remove.</summary>
    public bool Adopted { get; init; }

    /// <summary>The node that made or adopted it.</summary>
    public string? Host { get; init; }
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Where clients mount it; null until it is made.</summary>
    public string? ExportPath { get; init; }

    /// <summary>When the recycle bin lets it go; null while it is not in there.</summary>
    public DateTimeOffset? ScheduledToBeDeletedAt { get; init; }

    /// <summary>The backup last restored into this share.</summary>
    public string? SourceBackupId { get; init; }

    /// <summary>The share snapshot that it was made of, which may be gone since.</summary>
    public string? SnapshotId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
}

/// <summary>Where clients mount a share: <see cref="Path"/> is <c>node:/absolute/directory</c>.</summary>
public sealed record ExportLocation(string Id, string ShareId, string Path, bool Preferred, DateTimeOffset CreatedAt);
