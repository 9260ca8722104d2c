using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Webhook;

/// <summary><c>webhook test</c>: an event that says nothing; <c>webhook show</c> then says how it went.</summary>
internal static class TestVerb
{
    public static Command Create()
    {
        Command command = new("test", "Send an event that says nothing; 'webhook show' then says how it went.")
        {
            WebhookVerb.Id,
        };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                        (await session.PostAsync<WebhookObject>($"{WebhookVerb.PathOf(parsed)}/test", stop)).Write(
                            output
                        ),
                    stop
                )
        );
        return command;
    }
}
