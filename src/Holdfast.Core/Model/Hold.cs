namespace Holdfast.Core.Model;

/// <summary>
/// A reason for which a backup must stay: nobody deletes it, and only an administrator lifts the hold before its time is
/// over. Times are UTC, microseconds.
/// </summary>
public sealed record Hold
{
    /// <summary>How many a backup may have.</summary>
    public const int MostOfBackup = 100;

    public required string Id { get; init; }
    public required string BackupId { get; init; }

    /// <summary>The backup's project.</summary>
    public required string ProjectId { get; init; }
    public required string UserId { get; init; }
    public string? Reason { get; init; }

    /// <summary>Null: until somebody lifts it.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }

    public bool Holds(DateTimeOffset now) => ExpiresAt is not { } end || end > now;
}
