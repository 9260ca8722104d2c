using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Backup;

/// <summary><c>backup ls</c>: what a directory of a backup has in it, or what a file is.</summary>
internal static class LsVerb
{
    private static readonly Argument<string> Path = new("path")
    {
        Description = "From the share on; the whole share when it is not given.",
        DefaultValueFactory = _ => "",
    };

    public static Command Create()
    {
        Command command = new("ls", "List what is in a backup.") { BackupVerb.Id, Path, BackupVerb.Encoded };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(parsed, (session, output) => RunAsync(parsed, session, output, stop), stop)
        );
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CloudSession session, Output output, CancellationToken stop)
    {
        string path = EntryArgument.Encode(parsed.GetRequiredValue(Path), parsed.GetValue(BackupVerb.Encoded));
        string url = $"{BackupVerb.PathOf(parsed)}/files/{path}?limit=1000";
        LookObject look = await session.GetAsync<LookObject>(url, stop);
        List<EntryObject> all = [.. look.Entries ?? [look.Entry]];
        while (look.NextCursor is { } cursor)
        {
            look = await session.GetAsync<LookObject>($"{url}&cursor={cursor}", stop);
            all.AddRange(look.Entries ?? []);
        }
        output.Object(all);
        output.Table(EntryObject.Headings, all.Select(one => one.Row()));
        output.Line($"{all.Count} {(all.Count == 1 ? "entry" : "entries")}");
    }
}
