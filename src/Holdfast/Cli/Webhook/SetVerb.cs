using System.CommandLine;
using System.Text.Json.Nodes;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Webhook;

/// <summary><c>webhook set</c>: another URL, other events, or on and off; the secret stays.</summary>
internal static class SetVerb
{
    private static readonly Option<string?> Url = new("--url")
    {
        Description = "Where events are sent, by POST.",
        HelpName = "url",
    };

    private static readonly Option<bool> Everything = new("--all-events") { Description = "It is told everything." };

    private static readonly Option<bool> Enable = new("--enable") { Description = "Send to it again." };

    private static readonly Option<bool> Disable = new("--disable")
    {
        Description = "Send nothing to it, and forget what happens meanwhile.",
    };

    public static Command Create()
    {
        Command command = new("set", "Change a webhook's URL or events, or turn it on or off.")
        {
            WebhookVerb.Id,
            Url,
            WebhookVerb.Events,
            Everything,
            Enable,
            Disable,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(WebhookVerb.Events) is { Length: > 0 } && result.GetValue(Everything))
            {
                result.AddError("Give either --event or --all-events.");
            }
            if (result.GetValue(Enable) && result.GetValue(Disable))
            {
                result.AddError("Give either --enable or --disable.");
            }
        });
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        JsonObject body = [];
                        if (parsed.GetValue(Url) is { } url)
                        {
                            body["url"] = url;
                        }
                        if (parsed.GetValue(Everything))
                        {
                            body["events"] = new JsonArray();
                        }
                        else if (parsed.GetValue(WebhookVerb.Events) is { Length: > 0 } events)
                        {
                            body["events"] = new JsonArray([.. events]);
                        }
                        if (parsed.GetValue(Enable) || parsed.GetValue(Disable))
                        {
                            body["enabled"] = parsed.GetValue(Enable);
                        }
                        (await session.PatchAsync<WebhookObject>(WebhookVerb.PathOf(parsed), body, stop)).Write(output);
                    },
                    stop
                )
        );
        return command;
    }
}
