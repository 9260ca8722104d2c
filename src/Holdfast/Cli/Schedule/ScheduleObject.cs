using System.Globalization;

namespace Holdfast.Cli.Schedule;

/// <summary>A schedule as the native API has it (docs/api/native.md), and as <c>--json</c> shows it.</summary>
internal sealed record ScheduleObject(
    string Id,
    string? Name,
    string ProjectId,
    string UserId,
    string? ShareId,
    string? VolumeId,
    string Cron,
    string TimeZone,
    bool Enabled,
    RetentionObject Retention,
    DateTimeOffset? NextAt,
    DateTimeOffset? LastAt,
    string? LastBackupId,
    string? Problem,
    DateTimeOffset CreatedAt,
    DateTimeOffset? UpdatedAt
)
{
    private static readonly string[] Headings = ["ID", "Name", "Of", "Cron", "Time zone", "Keeps", "Next", "Last", ""];

    public static void WriteTable(Output output, IReadOnlyList<ScheduleObject> schedules)
    {
        output.Table(
            Headings,
            schedules.Select(one =>
                (IReadOnlyList<string>)
                    [
                        one.Id,
                        one.Name ?? "",
                        one.ShareId ?? one.VolumeId ?? "",
                        one.Cron,
                        one.TimeZone,
                        one.Retention.ToString(),
                        one.Enabled ? Output.Time(one.NextAt) : "not enabled",
                        Output.Time(one.LastAt),
                        one.Problem is null ? "" : "waits",
                    ]
            )
        );
        output.Line($"{schedules.Count} {(schedules.Count == 1 ? "schedule" : "schedules")}");
    }

    public void Write(Output output)
    {
        output.Object(this);
        output.Table(
            ["Field", "Value"],
            [
                ["id", Id],
                ["name", Name ?? ""],
                ["project_id", ProjectId],
                ["share_id", ShareId ?? ""],
                ["volume_id", VolumeId ?? ""],
                ["cron", Cron],
                ["time_zone", TimeZone],
                ["enabled", Enabled ? "yes" : "no"],
                ["keeps", Retention.ToString()],
                ["next_at", Output.Time(NextAt)],
                ["last_at", Output.Time(LastAt)],
                ["last_backup_id", LastBackupId ?? ""],
                ["problem", Problem ?? ""],
                ["created_at", Output.Time(CreatedAt)],
                ["updated_at", Output.Time(UpdatedAt)],
            ]
        );
    }
}

/// <summary>Which backups stay.</summary>
internal sealed record RetentionObject(
    int KeepLast,
    int KeepHourly,
    int KeepDaily,
    int KeepWeekly,
    int KeepMonthly,
    int KeepYearly,
    string? KeepWithin
)
{
    public override string ToString()
    {
        (int Count, string What)[] counts =
        [
            (KeepLast, "last"),
            (KeepHourly, "hourly"),
            (KeepDaily, "daily"),
            (KeepWeekly, "weekly"),
            (KeepMonthly, "monthly"),
            (KeepYearly, "yearly"),
        ];
        string[] rules =
        [
            .. counts
                .Where(rule => rule.Count > 0)
                .Select(rule => string.Create(CultureInfo.InvariantCulture, $"{rule.Count} {rule.What}")),
            .. KeepWithin is null ? Array.Empty<string>() : [$"within {KeepWithin}"],
        ];
        return rules.Length == 0 ? "all" : string.Join(", ", rules);
    }
}
