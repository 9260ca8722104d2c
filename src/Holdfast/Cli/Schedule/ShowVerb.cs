using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Schedule;

/// <summary><c>schedule show</c>: one schedule.</summary>
internal static class ShowVerb
{
    public static Command Create()
    {
        Command command = new("show", "Show a schedule.") { ScheduleVerb.Id };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                        (await session.GetAsync<ScheduleObject>(ScheduleVerb.PathOf(parsed), stop)).Write(output),
                    stop
                )
        );
        return command;
    }
}
