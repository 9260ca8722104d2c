namespace Holdfast.Core.Model;

/// <summary>Statuses of a volume, by Cinder's words.</summary>
public static class VolumeStatus
{
    public const string Creating = "creating";
    public const string Available = "available";
    public const string BackingUp = "backing-up";
    public const string RestoringBackup = "restoring-backup";
    public const string Deleting = "deleting";
    public const string Error = "error";
    public const string ErrorRestoring = "error_restoring";
    public const string ErrorDeleting = "error_deleting";

    /// <summary>Those that an administrator may set by hand.</summary>
    public static IReadOnlyList<string> Settable { get; } = [Available, Error];

    public static IReadOnlyList<string> All { get; } =
    [Creating, Available, BackingUp, RestoringBackup, Deleting, Error, ErrorRestoring, ErrorDeleting];
}

/// <summary>What a volume's bytes lie in.</summary>
public static class VolumeKind
{
    /// <summary>A regular file that is the raw image.</summary>
    public const string File = "file";

    /// <summary>A block device.</summary>
    public const string Block = "block";
}

/// <summary>A raw image or block device beneath a volume root: its catalog row. Times are UTC, microseconds.</summary>
public sealed record Volume
{
    public required string Id { get; init; }
    public required string ProjectId { get; init; }
    public required string UserId { get; init; }
    public string? Name { get; init; }
    public string? Description { get; init; }

    /// <summary>GiB, rounded up.</summary>
    public required int Size { get; init; }

    /// <summary>The same, exactly.</summary>
    public required long Bytes { get; init; }

    /// <summary>Of <see cref="VolumeStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>Of <see cref="VolumeKind"/>.</summary>
    public required string Kind { get; init; }
    public required string AvailabilityZone { get; init; }

    /// <summary>The volume root's name; only nodes that announce it may touch the volume.</summary>
    public required string Root { get; init; }

    /// <summary>Relative to the root.</summary>
    public required string Path { get; init; }

    /// <summary>Whether it was there before and is an administrator's to forget; the service removes only what it made.</summary>
    public required bool Adopted { get; init; }

    /// <summary>The node that made or adopted it.</summary>
    public string? Host { get; init; }

    /// <summary>The backup it was last restored from, or is made from.</summary>
    public string? SourceBackupId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>GiB that hold so many bytes.</summary>
    public static int Gibibytes(long bytes) => (int)((bytes - 1 >> 30) + 1);
}
