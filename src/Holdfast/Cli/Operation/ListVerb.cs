using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Operation;

/// <summary><c>operation list</c>: the project's operations, newest first.</summary>
internal static class ListVerb
{
    private const int PageSize = 1000;

    private static readonly Option<string?> Status = Filter(
        "--status",
        "queued, running, succeeded, failed, cancelled"
    );

    private static readonly Option<string?> Kind = Filter("--kind", "create_backup, restore_backup, …");

    private static readonly Option<string?> Share = Filter("--share", "the share's id");

    private static readonly Option<string?> Backup = Filter("--backup", "the backup's id");

    private static readonly Option<bool> AllProjects = new("--all-projects")
    {
        Description = "Those of every project; for administrators.",
    };

    private static readonly Option<int> Limit = new("--limit")
    {
        Description = "At most so many.",
        HelpName = "n",
        DefaultValueFactory = _ => int.MaxValue,
    };

    public static Command Create()
    {
        Limit.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out int limit) && limit < 1)
            {
                result.AddError("--limit must be at least 1.");
            }
        });
        Command command = new("list", "List operations, newest first.")
        {
            Status,
            Kind,
            Share,
            Backup,
            AllProjects,
            Limit,
        };
        command.SetAction(
            (parsed, stop) =>
                OperationVerb.RunAsync(parsed, (session, output) => RunAsync(parsed, session, output, stop), stop)
        );
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CloudSession session, Output output, CancellationToken stop)
    {
        int limit = parsed.GetValue(Limit);
        List<OperationObject> all = [];
        string? cursor = null;
        do
        {
            string query = Query(
                ("status", parsed.GetValue(Status)),
                ("kind", parsed.GetValue(Kind)),
                ("share_id", parsed.GetValue(Share)),
                ("backup_id", parsed.GetValue(Backup)),
                ("all_projects", parsed.GetValue(AllProjects) ? "true" : null),
                ("limit", $"{Math.Min(limit - all.Count, PageSize)}"),
                ("cursor", cursor)
            );
            Page page = await session.GetAsync<Page>($"operations?{query}", stop);
            all.AddRange(page.Operations);
            cursor = page.NextCursor;
        } while (cursor is not null && all.Count < limit);
        output.Object(all);
        OperationObject.WriteTable(output, all);
    }

    private static string Query(params (string Name, string? Value)[] parameters) =>
        string.Join(
            '&',
            parameters
                .Where(one => one.Value is not null)
                .Select(one => $"{one.Name}={Uri.EscapeDataString(one.Value!)}")
        );

    private static Option<string?> Filter(string name, string values) =>
        new(name) { Description = $"Only those with this: {values}.", HelpName = name.TrimStart('-') };

    private sealed record Page(IReadOnlyList<OperationObject> Operations, string? NextCursor);
}
