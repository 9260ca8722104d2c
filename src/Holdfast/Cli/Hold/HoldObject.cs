namespace Holdfast.Cli.Hold;

/// <summary>A hold as the native API has it (docs/api/native.md), and as <c>--json</c> shows it.</summary>
internal sealed record HoldObject(
    string Id,
    string BackupId,
    string ProjectId,
    string UserId,
    string? Reason,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset? UpdatedAt
)
{
    private static readonly string[] Headings = ["ID", "Backup", "Until", "Reason", "Created"];

    public static void WriteTable(Output output, IReadOnlyList<HoldObject> holds)
    {
        output.Table(
            Headings,
            holds.Select(one =>
                (IReadOnlyList<string>)[one.Id, one.BackupId, one.Until, one.Reason ?? "", Output.Time(one.CreatedAt)]
            )
        );
        output.Line($"{holds.Count} {(holds.Count == 1 ? "hold" : "holds")}");
    }

    public void Write(Output output)
    {
        output.Object(this);
        output.Table(
            ["Field", "Value"],
            [
                ["id", Id],
                ["backup_id", BackupId],
                ["project_id", ProjectId],
                ["until", Until],
                ["reason", Reason ?? ""],
                ["created_at", Output.Time(CreatedAt)],
                ["updated_at", Output.Time(UpdatedAt)],
            ]
        );
    }

    private string Until => ExpiresAt is null ? "it is lifted" : Output.Time(ExpiresAt);
}
