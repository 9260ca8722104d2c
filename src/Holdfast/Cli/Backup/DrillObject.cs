namespace Holdfast.Cli.Backup;

/// <summary>A drill as the native API has it (docs/api/native.md), and as <c>--json</c> shows it.</summary>
internal sealed record DrillObject(
    string Id,
    string BackupId,
    string? ShareId,
    string? VolumeId,
    string? Outcome,
    string? Reason,
    long Bytes,
    long Files,
    double? Seconds,
    DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt
);
