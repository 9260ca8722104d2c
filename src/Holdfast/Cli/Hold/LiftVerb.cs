using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Hold;

/// <summary><c>hold lift</c>: before its time is over an administrator's to do.</summary>
internal static class LiftVerb
{
    public static Command Create()
    {
        Command command = new("lift", "End a hold; before its time is over only an administrator may.") { HoldVerb.Id };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        await session.DeleteAsync(HoldVerb.PathOf(parsed), stop);
                        output.Note($"hold {parsed.GetRequiredValue(HoldVerb.Id)} is lifted");
                    },
                    stop
                )
        );
        return command;
    }
}
