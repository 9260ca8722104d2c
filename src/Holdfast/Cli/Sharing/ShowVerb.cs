using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Sharing;

/// <summary><c>sharing show</c>: one sharing, with the backup that it gives.</summary>
internal static class ShowVerb
{
    public static Command Create()
    {
        Command command = new("show", "Show a sharing and its backup.") { SharingVerb.Id };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                        (await session.GetAsync<SharingObject>(SharingVerb.PathOf(parsed), stop)).Write(output),
                    stop
                )
        );
        return command;
    }
}
