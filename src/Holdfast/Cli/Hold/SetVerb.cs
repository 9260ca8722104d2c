using System.CommandLine;
using System.Text.Json.Nodes;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Hold;

/// <summary><c>hold set</c>: for longer; for less long is an administrator's to say.</summary>
internal static class SetVerb
{
    private static readonly Option<DateTimeOffset?> Until = TimeOption.Create("--until", "When it ends by itself");

    private static readonly Option<bool> Always = new("--no-end")
    {
        Description = "It has no end: somebody has to lift it.",
    };

    public static Command Create()
    {
        Command command = new("set", "Change a hold's end or reason.") { HoldVerb.Id, Until, Always, HoldVerb.Reason };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Until) is not null && result.GetValue(Always))
            {
                result.AddError("Give either --until or --no-end.");
            }
        });
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        JsonObject body = [];
                        if (parsed.GetValue(HoldVerb.Reason) is { } reason)
                        {
                            body["reason"] = reason.Length == 0 ? null : reason;
                        }
                        if (parsed.GetValue(Until) is { } end)
                        {
                            body["expires_at"] = TimeOption.Text(end);
                        }
                        else if (parsed.GetValue(Always))
                        {
                            body["expires_at"] = null;
                        }
                        (await session.PatchAsync<HoldObject>(HoldVerb.PathOf(parsed), body, stop)).Write(output);
                    },
                    stop
                )
        );
        return command;
    }
}
