using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Backup;

/// <summary><c>backup changes</c>: what became of the entries from one backup to another.</summary>
internal static class ChangesVerb
{
    private static readonly Option<string> Since = new("--since")
    {
        Description = "The backup to compare with, of the same project.",
        HelpName = "id",
        Required = true,
    };

    private static readonly Option<bool> Metadata = new("--metadata")
    {
        Description = "Also where nothing but owner, mode, time or attributes have changed.",
    };

    private static readonly Option<int> Limit = NativeList.Limit();

    public static Command Create()
    {
        Command command = new("changes", "List what changed from one backup to another.")
        {
            BackupVerb.Id,
            Since,
            Metadata,
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
        IReadOnlyList<ChangeObject> all = await NativeList.ReadAsync<Page, ChangeObject>(
            session,
            $"{BackupVerb.PathOf(parsed)}/changes",
            parsed.GetValue(Limit),
            stop,
            ("since", parsed.GetRequiredValue(Since)),
            ("metadata", parsed.GetValue(Metadata) ? "true" : null)
        );
        output.Object(all);
        output.Table(
            ["Change", "Before", "After", "Path"],
            all.Select(one =>
                (IReadOnlyList<string>)[one.Change, Amount(one.Before), Amount(one.After), EntryArgument.Text(one.Path)]
            )
        );
        output.Line($"{all.Count} {(all.Count == 1 ? "change" : "changes")}");
    }

    private static string Amount(EntryObject? entry) =>
        entry is null ? ""
        : entry.Size is { } bytes ? Output.Size(bytes)
        : entry.Type;

    /// <param name="Path">Percent-encoded.</param>
    private sealed record ChangeObject(string Path, string Change, EntryObject? Before, EntryObject? After);

    private sealed record Page(IReadOnlyList<ChangeObject> Changes, string? NextCursor) : INativePage<ChangeObject>
    {
        public IReadOnlyList<ChangeObject> Rows => Changes;
    }
}
