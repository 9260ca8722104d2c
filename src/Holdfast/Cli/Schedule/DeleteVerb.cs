using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Schedule;

/// <summary><c>schedule delete</c>: its backups stay.</summary>
internal static class DeleteVerb
{
    public static Command Create()
    {
        Command command = new("delete", "Remove a schedule; its backups stay.") { ScheduleVerb.Id };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        await session.DeleteAsync(ScheduleVerb.PathOf(parsed), stop);
                        output.Note($"schedule {parsed.GetRequiredValue(ScheduleVerb.Id)} is gone; its backups stay");
                    },
                    stop
                )
        );
        return command;
    }
}
