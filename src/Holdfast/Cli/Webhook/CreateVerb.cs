using System.CommandLine;
using System.Text.Json.Nodes;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Webhook;

/// <summary><c>webhook create</c>: shows the secret that signs, this once.</summary>
internal static class CreateVerb
{
    private static readonly Argument<string> Url = new("url") { Description = "Where events are sent, by POST." };

    private static readonly Option<bool> AllProjects = new("--all-projects")
    {
        Description = "Of every project; for administrators.",
    };

    public static Command Create()
    {
        Command command = new("create", "Have a URL told what happens; shows the secret that signs, this once.")
        {
            Url,
            WebhookVerb.Events,
            AllProjects,
        };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        JsonObject body = new()
                        {
                            ["url"] = parsed.GetRequiredValue(Url),
                            ["events"] = new JsonArray([.. parsed.GetValue(WebhookVerb.Events) ?? []]),
                            ["all_projects"] = parsed.GetValue(AllProjects),
                        };
                        (await session.PostAsync<WebhookObject>("webhooks", body, stop)).Write(output);
                    },
                    stop
                )
        );
        return command;
    }
}
