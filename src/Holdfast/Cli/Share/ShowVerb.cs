using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Share;

/// <summary><c>share show</c>: one share.</summary>
internal static class ShowVerb
{
    public static Command Create()
    {
        Command command = new("show", "Show a share.") { ShareVerb.Id };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        string path = ShareVerb.PathOf(parsed.GetRequiredValue(ShareVerb.Id));
                        (await session.GetAsync<ShareAnswer>(path, stop)).Share.Write(output);
                    },
                    stop
                )
        );
        return command;
    }
}
