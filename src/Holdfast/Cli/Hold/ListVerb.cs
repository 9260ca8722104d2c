using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Hold;

/// <summary><c>hold list</c>: the holds on the project's backups, newest first, also those whose time is over.</summary>
internal static class ListVerb
{
    private static readonly Option<string?> Backup = new("--backup")
    {
        Description = "Only those on this backup.",
        HelpName = "backup",
    };

    private static readonly Option<bool> AllProjects = new("--all-projects")
    {
        Description = "Those of every project; for administrators.",
    };

    private static readonly Option<int> Limit = NativeList.Limit();

    public static Command Create()
    {
        Command command = new("list", "List holds, newest first.") { Backup, AllProjects, Limit };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        IReadOnlyList<HoldObject> all = await NativeList.ReadAsync<Page, HoldObject>(
                            session,
                            "holds",
                            parsed.GetValue(Limit),
                            stop,
                            ("backup_id", parsed.GetValue(Backup)),
                            ("all_projects", parsed.GetValue(AllProjects) ? "true" : null)
                        );
                        output.Object(all);
                        HoldObject.WriteTable(output, all);
                    },
                    stop
                )
        );
        return command;
    }

    private sealed record Page(IReadOnlyList<HoldObject> Holds, string? NextCursor) : INativePage<HoldObject>
    {
        public IReadOnlyList<HoldObject> Rows => Holds;
    }
}
