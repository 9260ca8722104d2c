namespace Holdfast.Core.Model;

public static class DrillOutcome
{
    public const string Passed = "passed";
    public const string Failed = "failed";

    /// <summary>There was no room for it, nothing to restore any more, or somebody cancelled it.</summary>
    public const string Skipped = "skipped";
}

/// <summary>A restore of a backup into a scratch place, to see that it works and how long it takes. Times are UTC, microseconds.</summary>
public sealed record Drill
{
    /// <summary>The operation's, too.</summary>
    public required string Id { get; init; }

    /// <summary>The backup's.</summary>
    public required string ProjectId { get; init; }

    /// <summary>May be gone since.</summary>
    public required string BackupId { get; init; }
    public string? ShareId { get; init; }
    public string? VolumeId { get; init; }

    /// <summary>Of <see cref="DrillOutcome"/>; null until it has ended.</summary>
    public string? Outcome { get; init; }

    /// <summary>Why it did not pass, in words for the project.</summary>
    public string? Reason { get; init; }

    /// <summary>What was restored.</summary>
    public long Bytes { get; init; }
    public long Files { get; init; }

    /// <summary>Microseconds that the restore took, without the comparison; null where there was none.</summary>
    public long? Duration { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
}
