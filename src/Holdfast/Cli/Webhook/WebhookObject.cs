namespace Holdfast.Cli.Webhook;

/// <summary>A webhook as the native API has it (docs/api/native.md), and as <c>--json</c> shows it.</summary>
/// <param name="Secret">Told when it is made, and never again.</param>
internal sealed record WebhookObject(
    string Id,
    string? ProjectId,
    string UserId,
    string Url,
    IReadOnlyList<string> Events,
    bool Enabled,
    string? Secret,
    DateTimeOffset? DeliveredAt,
    string? Problem,
    DateTimeOffset? NextTryAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset? UpdatedAt
)
{
    private static readonly string[] Headings = ["ID", "URL", "Events", "Enabled", "Delivered", "Problem"];

    public static void WriteTable(Output output, IReadOnlyList<WebhookObject> webhooks)
    {
        output.Table(
            Headings,
            webhooks.Select(one =>
                (IReadOnlyList<string>)
                    [
                        one.Id,
                        one.Url,
                        one.Wanted,
                        one.Enabled ? "yes" : "no",
                        Output.Time(one.DeliveredAt),
                        one.Problem ?? "",
                    ]
            )
        );
        output.Line($"{webhooks.Count} {(webhooks.Count == 1 ? "webhook" : "webhooks")}");
    }

    public void Write(Output output)
    {
        output.Object(this);
        List<IReadOnlyList<string>> rows =
        [
            ["id", Id],
            ["project_id", ProjectId ?? "all"],
            ["url", Url],
            ["events", Wanted],
            ["enabled", Enabled ? "yes" : "no"],
            ["delivered_at", Output.Time(DeliveredAt)],
            ["problem", Problem ?? ""],
            ["next_try_at", Output.Time(NextTryAt)],
            ["created_at", Output.Time(CreatedAt)],
            ["updated_at", Output.Time(UpdatedAt)],
        ];
        if (Secret is not null)
        {
            rows.Add(["secret", Secret]);
        }
        output.Table(["Field", "Value"], rows);
    }

    private string Wanted => Events.Count == 0 ? "all" : string.Join(' ', Events);
}
