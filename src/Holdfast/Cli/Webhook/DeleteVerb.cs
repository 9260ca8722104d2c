using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Webhook;

/// <summary><c>webhook delete</c>: with what is on its way to it.</summary>
internal static class DeleteVerb
{
    public static Command Create()
    {
        Command command = new("delete", "Remove a webhook, and what is on its way to it.") { WebhookVerb.Id };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        await session.DeleteAsync(WebhookVerb.PathOf(parsed), stop);
                        output.Note($"webhook {parsed.GetRequiredValue(WebhookVerb.Id)} is removed");
                    },
                    stop
                )
        );
        return command;
    }
}
