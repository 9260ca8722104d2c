using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Schedule;

/// <summary><c>schedule list</c>: the project's schedules, newest first.</summary>
internal static class ListVerb
{
    private static readonly Option<string?> Share = new("--share")
    {
        Description = "Only those of this share.",
        HelpName = "share",
    };

    private static readonly Option<string?> Volume = new("--volume")
    {
        Description = "Only those of this volume.",
        HelpName = "volume",
    };

    private static readonly Option<bool> AllProjects = new("--all-projects")
    {
        Description = "Those of every project; for administrators.",
    };

    private static readonly Option<int> Limit = NativeList.Limit();

    public static Command Create()
    {
        Command command = new("list", "List schedules, newest first.") { Share, Volume, AllProjects, Limit };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        IReadOnlyList<ScheduleObject> all = await NativeList.ReadAsync<Page, ScheduleObject>(
                            session,
                            "schedules",
                            parsed.GetValue(Limit),
                            stop,
                            ("share_id", parsed.GetValue(Share)),
                            ("volume_id", parsed.GetValue(Volume)),
                            ("all_projects", parsed.GetValue(AllProjects) ? "true" : null)
                        );
                        output.Object(all);
                        ScheduleObject.WriteTable(output, all);
                    },
                    stop
                )
        );
        return command;
    }

    private sealed record Page(IReadOnlyList<ScheduleObject> Schedules, string? NextCursor)
        : INativePage<ScheduleObject>
    {
        public IReadOnlyList<ScheduleObject> Rows => Schedules;
    }
}
