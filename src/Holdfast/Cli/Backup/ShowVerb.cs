using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Backup;

/// <summary><c>backup show</c>: one backup.</summary>
internal static class ShowVerb
{
    public static Command Create()
    {
        Command command = new("show", "Show a backup.") { BackupVerb.Id };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                        (await session.GetAsync<BackupObject>(BackupVerb.PathOf(parsed), stop)).Write(output),
                    stop
                )
        );
        return command;
    }
}
