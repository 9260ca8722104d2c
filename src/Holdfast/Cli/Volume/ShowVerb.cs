using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Volume;

/// <summary><c>volume show</c>: one volume.</summary>
internal static class ShowVerb
{
    public static Command Create()
    {
        Command command = new("show", "Show a volume.") { VolumeVerb.Id };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                        (await session.GetAsync<VolumeObject>(VolumeVerb.PathOf(parsed), stop)).Write(output),
                    stop
                )
        );
        return command;
    }
}
