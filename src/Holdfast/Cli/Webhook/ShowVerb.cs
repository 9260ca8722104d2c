using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Webhook;

/// <summary><c>webhook show</c>: one webhook, and how its last delivery went.</summary>
internal static class ShowVerb
{
    public static Command Create()
    {
        Command command = new("show", "Show a webhook, and how its last delivery went.") { WebhookVerb.Id };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                        (await session.GetAsync<WebhookObject>(WebhookVerb.PathOf(parsed), stop)).Write(output),
                    stop
                )
        );
        return command;
    }
}
