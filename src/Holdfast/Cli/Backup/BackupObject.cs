namespace Holdfast.Cli.Backup;

/// <summary>A backup as the native API has it (docs/api/native.md), and as <c>--json</c> shows it.</summary>
internal sealed record BackupObject(
    string Id,
    string Kind,
    string? Name,
    string? Description,
    string Status,
    string ProjectId,
    string? UserId,
    string? ShareId,
    string? VolumeId,
    int Size,
    string AvailabilityZone,
    int Progress,
    int RestoreProgress,
    string? Capture,
    bool? IsIncremental,
    long ItemErrors,
    string? Notes,
    string? FailReason,
    string? ScheduleId,
    string? Damage,
    DateTimeOffset? DataAt,
    DateTimeOffset? ProvenAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset? UpdatedAt
)
{
    private static readonly string[] Headings = ["ID", "Name", "Status", "Of", "Size", "Missing", "Created", "Proven"];

    public static void WriteTable(Output output, IReadOnlyList<BackupObject> backups)
    {
        output.Table(
            Headings,
            backups.Select(one =>
                (IReadOnlyList<string>)
                    [
                        one.Id,
                        one.Name ?? "",
                        one.Status,
                        one.ShareId ?? one.VolumeId ?? "",
                        $"{one.Size} GiB",
                        one.ItemErrors == 0 ? "" : $"{one.ItemErrors}",
                        Output.Time(one.CreatedAt),
                        one.Damage is null ? Output.Time(one.ProvenAt) : "damaged",
                    ]
            )
        );
        output.Line($"{backups.Count} {(backups.Count == 1 ? "backup" : "backups")}");
    }

    public void Write(Output output)
    {
        output.Object(this);
        output.Table(
            ["Field", "Value"],
            [
                ["id", Id],
                ["kind", Kind],
                ["name", Name ?? ""],
                ["description", Description ?? ""],
                ["status", Status],
                ["project_id", ProjectId],
                ["share_id", ShareId ?? ""],
                ["volume_id", VolumeId ?? ""],
                ["size", $"{Size} GiB"],
                ["availability_zone", AvailabilityZone],
                ["progress", $"{Progress} %"],
                ["restore_progress", $"{RestoreProgress} %"],
                ["capture", Capture ?? ""],
                [
                    "is_incremental",
                    IsIncremental is { } known
                        ? known
                            ? "yes"
                            : "no"
                        : "",
                ],
                ["item_errors", $"{ItemErrors}"],
                ["notes", Notes ?? ""],
                ["fail_reason", FailReason ?? ""],
                ["schedule_id", ScheduleId ?? ""],
                ["damage", Damage ?? ""],
                ["data_at", Output.Time(DataAt)],
                ["proven_at", Output.Time(ProvenAt)],
                ["created_at", Output.Time(CreatedAt)],
                ["updated_at", Output.Time(UpdatedAt)],
            ]
        );
    }
}
