using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Sharing;

/// <summary><c>sharing create</c>: all of the projects are given the backup, or none.</summary>
internal static class CreateVerb
{
    private static readonly Argument<string> Backup = new("backup") { Description = "The backup's id." };

    private static readonly Option<string[]> To = new("--to")
    {
        Description = "Id of a project to share it with; up to ten.",
        HelpName = "project",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<bool> MustAccept = new("--must-accept")
    {
        Description = "It counts only once the project has accepted it.",
    };

    private static readonly Option<DateTimeOffset?> Expires = new("--expires")
    {
        Description = "When it ends by itself, with the zone: 2026-12-31T00:00:00Z.",
        HelpName = "time",
        CustomParser = ParseTime,
    };

    public static Command Create()
    {
        Command command = new("create", "Share a backup with other projects.") { Backup, To, MustAccept, Expires };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        Created created = await session.PostAsync<Created>("sharings", Body(parsed), stop);
                        output.Object(created.Sharings);
                        SharingObject.WriteTable(output, created.Sharings);
                    },
                    stop
                )
        );
        return command;
    }

    private static JsonObject Body(ParseResult parsed) =>
        new()
        {
            ["backup_id"] = parsed.GetRequiredValue(Backup),
            ["to_project_ids"] = new JsonArray([
                .. parsed.GetRequiredValue(To).Select(project => (JsonNode)JsonValue.Create(project)),
            ]),
            ["accept"] = parsed.GetValue(MustAccept) ? "required" : "none",
            ["expires_at"] = parsed.GetValue(Expires)?.ToString("O", CultureInfo.InvariantCulture),
        };

    private static DateTimeOffset? ParseTime(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        // What has no zone has no kind.
        if (
            DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTime time)
            && time.Kind != DateTimeKind.Unspecified
        )
        {
            return new DateTimeOffset(time).ToUniversalTime();
        }
        result.AddError($"'{text}' is no time with its zone: write 2026-12-31T00:00:00Z or 2026-12-31T00:00:00+01:00.");
        return null;
    }

    private sealed record Created(IReadOnlyList<SharingObject> Sharings);
}
