using System.CommandLine;
using System.Text.Json.Nodes;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Hold;

/// <summary><c>hold create</c>: from now on nobody deletes the backup.</summary>
internal static class CreateVerb
{
    private static readonly Argument<string> Backup = new("backup") { Description = "The backup's id." };

    private static readonly Option<DateTimeOffset?> Until = TimeOption.Create(
        "--until",
        "When it ends by itself; without it somebody has to lift it"
    );

    public static Command Create()
    {
        Command command = new("create", "Hold a backup; before its time is over only an administrator lifts the hold.")
        {
            Backup,
            Until,
            HoldVerb.Reason,
        };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        JsonObject body = new()
                        {
                            ["backup_id"] = parsed.GetRequiredValue(Backup),
                            ["reason"] = parsed.GetValue(HoldVerb.Reason),
                            ["expires_at"] = TimeOption.Text(parsed.GetValue(Until)),
                        };
                        (await session.PostAsync<HoldObject>("holds", body, stop)).Write(output);
                    },
                    stop
                )
        );
        return command;
    }
}
