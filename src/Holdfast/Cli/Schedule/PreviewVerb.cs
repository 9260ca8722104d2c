using System.CommandLine;
using System.Text.Json.Nodes;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Schedule;

/// <summary><c>schedule preview</c>: what the rules would do, those it has or others; nothing is changed.</summary>
internal static class PreviewVerb
{
    private static readonly string[] Headings = ["Backup", "Created", "Status", "Action", "Why"];

    public static Command Create()
    {
        Command command = new(
            "preview",
            "Say when it is due next and which of its backups would go, with the rules given in place of its own."
        )
        {
            ScheduleVerb.Id,
        };
        RetentionOptions.AddTo(command);
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        JsonObject body = new() { ["retention"] = RetentionOptions.Read(parsed) };
                        Preview preview = await session.PostAsync<Preview>(
                            ScheduleVerb.PathOf(parsed) + "/preview",
                            body,
                            stop
                        );
                        output.Object(preview);
                        Write(output, preview);
                    },
                    stop
                )
        );
        return command;
    }

    private static void Write(Output output, Preview preview)
    {
        output.Table(
            Headings,
            preview.Backups.Select(one =>
                (IReadOnlyList<string>)
                    [one.Id, Output.Time(one.CreatedAt), one.Status, one.Action, string.Join("; ", one.Reasons)]
            )
        );
        int going = preview.Backups.Count(one => one.Action == "delete");
        output.Line($"{going} of {preview.Backups.Count} backups would be deleted");
        output.Line(
            preview.NextTimes.Count == 0
                ? "It is not enabled."
                : $"It is due {string.Join(", ", preview.NextTimes.Select(Output.Time))}, and so on."
        );
    }

    private sealed record Preview(IReadOnlyList<DateTimeOffset> NextTimes, IReadOnlyList<PreviewedBackup> Backups);

    private sealed record PreviewedBackup(
        string Id,
        string? Name,
        string Status,
        DateTimeOffset? DataAt,
        DateTimeOffset CreatedAt,
        string Action,
        IReadOnlyList<string> Reasons
    );
}
