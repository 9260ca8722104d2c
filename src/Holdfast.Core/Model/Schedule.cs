namespace Holdfast.Core.Model;

/// <summary>Backups of a share or of a volume that come by themselves, and which of them stay. Times are UTC, microseconds.</summary>
public sealed record Schedule
{
    /// <summary>How many a project may have of one source.</summary>
    public const int MostOfSource = 10;

    public required string Id { get; init; }

    /// <summary>Whose the backups are.</summary>
    public required string ProjectId { get; init; }
    public required string UserId { get; init; }
    public string? Name { get; init; }

    /// <summary>The share it is of; null when it is of a volume.</summary>
    public string? ShareId { get; init; }

    /// <summary>The volume it is of; null when it is of a share.</summary>
    public string? VolumeId { get; init; }
    public string SourceId => ShareId ?? VolumeId!;

    /// <summary>Minute, hour, day of the month, month, day of the week, as crontab has them.</summary>
    public required string Cron { get; init; }

    /// <summary>Of the IANA's time zone database: on whose clock and calendar the schedule and its retention are.</summary>
    public required string TimeZone { get; init; }
    public required bool Enabled { get; init; }
    public required Retention Retention { get; init; }

    /// <summary>When it is due: past while it waits for its turn; null when it is not enabled.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>When the scheduler looks at it: later than it is due where the last look was in vain.</summary>
    public DateTimeOffset? LookAt { get; init; }

    /// <summary>When the scheduler sees again which of its backups stay.</summary>
    public DateTimeOffset? RetainAt { get; init; }

    /// <summary>When it last asked for a backup, and for which.</summary>
    public DateTimeOffset? LastAt { get; init; }
    public string? LastBackupId { get; init; }

    /// <summary>Why it could not ask for the backup that is due; null when it could.</summary>
    public string? Problem { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
}
