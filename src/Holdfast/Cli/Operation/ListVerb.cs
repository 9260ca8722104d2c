using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Operation;

/// <summary><c>operation list</c>: the project's operations, newest first.</summary>
internal static class ListVerb
{
    private static readonly Option<string?> Status = Filter(
        "--status",
        "queued, running, succeeded, failed, cancelled"
    );

    private static readonly Option<string?> Kind = Filter("--kind", "create_backup, restore_backup, …");

    private static readonly Option<string?> Share = Filter("--share", "the share's id");

    private static readonly Option<string?> Volume = Filter("--volume", "the volume's id");

    private static readonly Option<string?> Backup = Filter("--backup", "the backup's id");

    private static readonly Option<bool> AllProjects = new("--all-projects")
    {
        Description = "Those of every project; for administrators.",
    };

    private static readonly Option<int> Limit = NativeList.Limit();

    public static Command Create()
    {
        Command command = new("list", "List operations, newest first.")
        {
            Status,
            Kind,
            Share,
            Volume,
            Backup,
            AllProjects,
            Limit,
        };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(parsed, (session, output) => RunAsync(parsed, session, output, stop), stop)
        );
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CloudSession session, Output output, CancellationToken stop)
    {
        IReadOnlyList<OperationObject> all = await NativeList.ReadAsync<Page, OperationObject>(
            session,
            "operations",
            parsed.GetValue(Limit),
            stop,
            ("status", parsed.GetValue(Status)),
            ("kind", parsed.GetValue(Kind)),
            ("share_id", parsed.GetValue(Share)),
            ("volume_id", parsed.GetValue(Volume)),
            ("backup_id", parsed.GetValue(Backup)),
            ("all_projects", parsed.GetValue(AllProjects) ? "true" : null)
        );
        output.Object(all);
        OperationObject.WriteTable(output, all);
    }

    private static Option<string?> Filter(string name, string values) =>
        new(name) { Description = $"Only those with this: {values}.", HelpName = name.TrimStart('-') };

    private sealed record Page(IReadOnlyList<OperationObject> Operations, string? NextCursor)
        : INativePage<OperationObject>
    {
        public IReadOnlyList<OperationObject> Rows => Operations;
    }
}
