using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Backup;

/// <summary><c>backup list</c>: the project's backups, newest first.</summary>
internal static class ListVerb
{
    private static readonly Option<string?> Share = new("--share")
    {
        Description = "Only those of this share.",
        HelpName = "id",
    };

    private static readonly Option<string?> Volume = new("--volume")
    {
        Description = "Only those of this volume.",
        HelpName = "id",
    };

    private static readonly Option<bool> Volumes = new("--volumes")
    {
        Description = "Backups of volumes in place of those of shares.",
    };

    private static readonly Option<string?> Status = new("--status")
    {
        Description = "Only those with this: available, creating, error, …",
        HelpName = "status",
    };

    private static readonly Option<string?> Name = new("--name")
    {
        Description = "Only those of this name.",
        HelpName = "name",
    };

    private static readonly Option<bool> AllProjects = new("--all-projects")
    {
        Description = "Those of every project; for administrators.",
    };

    private static readonly Option<int> Limit = NativeList.Limit();

    public static Command Create()
    {
        Command command = new("list", "List backups, newest first.")
        {
            Share,
            Volume,
            Volumes,
            Name,
            Status,
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
        string? volume = parsed.GetValue(Volume);
        IReadOnlyList<BackupObject> all = await NativeList.ReadAsync<Page, BackupObject>(
            session,
            "backups",
            parsed.GetValue(Limit),
            stop,
            ("kind", volume is not null || parsed.GetValue(Volumes) ? "volume" : null),
            ("share_id", parsed.GetValue(Share)),
            ("volume_id", volume),
            ("name", parsed.GetValue(Name)),
            ("status", parsed.GetValue(Status)),
            ("all_projects", parsed.GetValue(AllProjects) ? "true" : null)
        );
        output.Object(all);
        BackupObject.WriteTable(output, all);
    }

    private sealed record Page(IReadOnlyList<BackupObject> Backups, string? NextCursor) : INativePage<BackupObject>
    {
        public IReadOnlyList<BackupObject> Rows => Backups;
    }
}
