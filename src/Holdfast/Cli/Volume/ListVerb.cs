using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Volume;

/// <summary><c>volume list</c>: the project's volumes, newest first.</summary>
internal static class ListVerb
{
    private static readonly Option<string?> Status = new("--status")
    {
        Description = "Only those with this: available, creating, backing-up, error, …",
        HelpName = "status",
    };

    private static readonly Option<bool> AllProjects = new("--all-projects")
    {
        Description = "Those of every project; for administrators.",
    };

    private static readonly Option<int> Limit = NativeList.Limit();

    public static Command Create()
    {
        Command command = new("list", "List volumes, newest first.") { VolumeVerb.Name, Status, AllProjects, Limit };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        IReadOnlyList<VolumeObject> all = await NativeList.ReadAsync<Page, VolumeObject>(
                            session,
                            "volumes",
                            parsed.GetValue(Limit),
                            stop,
                            ("name", parsed.GetValue(VolumeVerb.Name)),
                            ("status", parsed.GetValue(Status)),
                            ("all_projects", parsed.GetValue(AllProjects) ? "true" : null)
                        );
                        output.Object(all);
                        VolumeObject.WriteTable(output, all);
                    },
                    stop
                )
        );
        return command;
    }

    private sealed record Page(IReadOnlyList<VolumeObject> Volumes, string? NextCursor) : INativePage<VolumeObject>
    {
        public IReadOnlyList<VolumeObject> Rows => Volumes;
    }
}
