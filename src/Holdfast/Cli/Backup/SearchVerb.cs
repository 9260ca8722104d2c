using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Backup;

/// <summary><c>backup search</c>: entries of a name, in one backup or in all of a share.</summary>
internal static class SearchVerb
{
    private static readonly Argument<string> Name = new("name")
    {
        Description = "A part of the entry's name, or all of it with *, ? and [a-z].",
    };

    private static readonly Option<string?> Share = new("--share")
    {
        Description = "In all backups of this share, newest first.",
        HelpName = "id",
    };

    private static readonly Option<string?> Backup = new("--backup")
    {
        Description = "In this backup alone.",
        HelpName = "id",
    };

    private static readonly Option<string?> Type = new("--type")
    {
        Description = "Only entries of this: file, dir, symlink, …",
        HelpName = "type",
    };

    private static readonly Option<int> Limit = NativeList.Limit();

    public static Command Create()
    {
        Command command = new("search", "Look for a name in backups.") { Name, Share, Backup, Type, Limit };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(parsed, (session, output) => RunAsync(parsed, session, output, stop), stop)
        );
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CloudSession session, Output output, CancellationToken stop)
    {
        IReadOnlyList<FoundObject> all = await NativeList.ReadAsync<Page, FoundObject>(
            session,
            "search",
            parsed.GetValue(Limit),
            stop,
            ("name", parsed.GetRequiredValue(Name)),
            ("share_id", parsed.GetValue(Share)),
            ("backup_id", parsed.GetValue(Backup)),
            ("type", parsed.GetValue(Type))
        );
        output.Object(all);
        output.Table(
            ["Backup", "Made", "Size", "Modified", "Path"],
            all.Select(one =>
                (IReadOnlyList<string>)
                    [
                        one.BackupId,
                        Output.Time(one.CreatedAt),
                        one.Size is { } bytes ? Output.Size(bytes) : one.Type,
                        one.ModifiedAt is { } time ? Output.Time(time) : "",
                        EntryArgument.Text(one.Path),
                    ]
            )
        );
        output.Line($"{all.Count} {(all.Count == 1 ? "entry" : "entries")}");
    }

    /// <param name="Path">Percent-encoded.</param>
    private sealed record FoundObject(
        string BackupId,
        string? BackupName,
        DateTimeOffset CreatedAt,
        string Name,
        string Path,
        string Type,
        long? Size,
        DateTimeOffset? ModifiedAt
    );

    private sealed record Page(IReadOnlyList<FoundObject> Entries, string? NextCursor) : INativePage<FoundObject>
    {
        public IReadOnlyList<FoundObject> Rows => Entries;
    }
}
