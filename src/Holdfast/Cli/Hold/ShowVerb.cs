using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Hold;

/// <summary><c>hold show</c>: one hold.</summary>
internal static class ShowVerb
{
    public static Command Create()
    {
        Command command = new("show", "Show a hold.") { HoldVerb.Id };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                        (await session.GetAsync<HoldObject>(HoldVerb.PathOf(parsed), stop)).Write(output),
                    stop
                )
        );
        return command;
    }
}
