using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Webhook;

/// <summary><c>webhook list</c>: the project's webhooks, newest first, and how their last deliveries went.</summary>
internal static class ListVerb
{
    private static readonly Option<bool> AllProjects = new("--all-projects")
    {
        Description = "Those of every project; for administrators.",
    };

    private static readonly Option<int> Limit = NativeList.Limit();

    public static Command Create()
    {
        Command command = new("list", "List webhooks, newest first.") { AllProjects, Limit };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        IReadOnlyList<WebhookObject> all = await NativeList.ReadAsync<Page, WebhookObject>(
                            session,
                            "webhooks",
                            parsed.GetValue(Limit),
                            stop,
                            ("all_projects", parsed.GetValue(AllProjects) ? "true" : null)
                        );
                        output.Object(all);
                        WebhookObject.WriteTable(output, all);
                    },
                    stop
                )
        );
        return command;
    }

    private sealed record Page(IReadOnlyList<WebhookObject> Webhooks, string? NextCursor) : INativePage<WebhookObject>
    {
        public IReadOnlyList<WebhookObject> Rows => Webhooks;
    }
}
