using System.CommandLine;
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

    private static readonly Option<DateTimeOffset?> Expires = TimeOption.Create("--expires", "When it ends by itself");

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
            ["expires_at"] = TimeOption.Text(parsed.GetValue(Expires)),
        };

    private sealed record Created(IReadOnlyList<SharingObject> Sharings);
}
