using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Share;

/// <summary><c>share list</c>: the project's shares, newest first.</summary>
internal static class ListVerb
{
    private static readonly Option<string?> Status = new("--status")
    {
        Description = "Only those with this: available, creating, error, …",
        HelpName = "status",
    };

    private static readonly Option<bool> AllProjects = new("--all-projects")
    {
        Description = "Those of every project; for administrators.",
    };

    public static Command Create()
    {
        Command command = new("list", "List shares, newest first.") { ShareVerb.Name, Status, AllProjects };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        (string Name, string? Value)[] filters =
                        [
                            ("name", parsed.GetValue(ShareVerb.Name)),
                            ("status", parsed.GetValue(Status)),
                            ("all_tenants", parsed.GetValue(AllProjects) ? "1" : null),
                        ];
                        string query = string.Join(
                            '&',
                            filters
                                .Where(one => one.Value is not null)
                                .Select(one => $"{one.Name}={Uri.EscapeDataString(one.Value!)}")
                        );
                        Page page = await session.GetAsync<Page>($"{ShareVerb.Shares}/detail?{query}", stop);
                        output.Object(page.Shares);
                        ShareObject.WriteTable(output, page.Shares);
                    },
                    stop
                )
        );
        return command;
    }

    private sealed record Page(IReadOnlyList<ShareObject> Shares);
}
