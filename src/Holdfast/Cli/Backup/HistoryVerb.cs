using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Backup;

/// <summary><c>backup history</c>: a path of a share in each of its backups.</summary>
internal static class HistoryVerb
{
    private static readonly Argument<string> Path = new("path") { Description = "From the share on." };

    private static readonly Option<string> Share = new("--share")
    {
        Description = "The share.",
        HelpName = "id",
        Required = true,
    };

    private static readonly Option<bool> All = new("--all")
    {
        Description = "Also backups in which it is as in the one before.",
    };

    private static readonly Option<int> Limit = NativeList.Limit();

    public static Command Create()
    {
        Command command = new("history", "List the versions of a file, newest first.")
        {
            Path,
            Share,
            All,
            BackupVerb.Encoded,
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
        string path = EntryArgument.Encode(parsed.GetRequiredValue(Path), parsed.GetValue(BackupVerb.Encoded));
        bool every = parsed.GetValue(All);
        IReadOnlyList<VersionObject> all = await NativeList.ReadAsync<Page, VersionObject>(
            session,
            $"shares/{Uri.EscapeDataString(parsed.GetRequiredValue(Share))}/history/{path}",
            parsed.GetValue(Limit),
            one => one.Changed || one.Problem is not null || every,
            stop
        );
        output.Object(all);
        output.Table(
            ["Backup", "Made", "Size", "Modified"],
            all.Select(one =>
                (IReadOnlyList<string>)
                    [
                        one.BackupId,
                        Output.Time(one.CreatedAt),
                        one.Problem is not null ? "(unreadable)"
                        : one.Entry is null ? "(gone)"
                        : one.Entry.Size is { } bytes ? Output.Size(bytes)
                        : one.Entry.Type,
                        one.Entry?.ModifiedAt is { } time ? Output.Time(time) : "",
                    ]
            )
        );
        output.Line($"{all.Count} {(all.Count == 1 ? "version" : "versions")}");
    }

    private sealed record VersionObject(
        string BackupId,
        string? BackupName,
        DateTimeOffset CreatedAt,
        bool Changed,
        EntryObject? Entry,
        string? Problem
    );

    private sealed record Page(IReadOnlyList<VersionObject> Versions, string? NextCursor) : INativePage<VersionObject>
    {
        public IReadOnlyList<VersionObject> Rows => Versions;
    }
}
