using System.CommandLine;
using System.Text;
using System.Text.Json.Serialization;
using Holdfast.Engine;
using Holdfast.Engine.Browse;
using Holdfast.Engine.Snapshots;
using Holdfast.Engine.Trees;

namespace Holdfast.Cli.Repo;

/// <summary><c>repo ls</c>: lists what is in a snapshot.</summary>
internal static class LsVerb
{
    private static readonly SnapshotFilterOptions Filter = new("-H");

    private const int LineBuffer = 64 * 1024;

    private static readonly Option<bool> Long = new("--long", "-l")
    {
        Description = "With mode, owner, size and time.",
    };

    private static readonly Option<bool> Recursive = new("--recursive")
    {
        Description = "Also what lies in folders of the named ones.",
    };

    private static readonly Argument<string> Name = new("snapshot")
    {
        Description = "'latest' or an id; ':folder' behind it lists only what is beneath that folder.",
    };

    private static readonly Argument<string[]> Folders = new("dir")
    {
        Description = "Only these folders, by absolute path, and what lies directly in them.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public static Command Create()
    {
        var command = new Command("ls", "List the files of a snapshot.")
        {
            Long,
            Recursive,
            RepoOptions.NoLock,
            Name,
            Folders,
        };
        Filter.AddTo(command);
        command.SetAction(
            (parsed, stop) =>
                RepoSession.RunAsync(parsed, LockMode.Read, new(), session => RunAsync(parsed, session), stop)
        );
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, RepoSession session)
    {
        Output output = Output.Of(parsed);
        SnapshotReference reference = SnapshotReference.Parse(parsed.GetRequiredValue(Name));
        Snapshot snapshot = reference.Resolve(
            await session.Repository.ListSnapshotsAsync(session.Stop),
            Filter.Read(parsed)
        );
        await session.Repository.LoadIndexAsync(session.Stop);
        output.Object(LsSnapshotObject.Of(snapshot));
        output.Note(
            $"snapshot {SnapshotObject.ShortIdOf(snapshot)} of [{string.Join(", ", snapshot.Paths)}] at {Output.Time(snapshot.Time)}:"
        );
        var browser = new TreeBrowser(session.Repository);
        Id root = (await browser.SourceAsync(snapshot, Encoding.UTF8.GetBytes(reference.Subfolder), session.Stop)).Tree;
        await using var lines = new BufferedStream(Console.OpenStandardOutput(), LineBuffer);
        bool asLong = parsed.GetValue(Long);
        await foreach (BrowseEntry entry in EntriesAsync(parsed, browser, root, session.Stop))
        {
            if (output.Json)
            {
                output.Object(NodeObject.Of(entry));
            }
            else
            {
                // Names are bytes, and go out as they are.
                await lines.WriteAsync(asLong ? LongLine(entry) : [.. entry.Path, (byte)'\n'], session.Stop);
            }
        }
        return ExitCode.Ok;
    }

    private static async IAsyncEnumerable<BrowseEntry> EntriesAsync(
        ParseResult parsed,
        TreeBrowser browser,
        Id root,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop
    )
    {
        string[] folders = parsed.GetValue(Folders) ?? [];
        if (folders.Length == 0)
        {
            await foreach (BrowseEntry entry in browser.WalkAsync(root, [], stop))
            {
                yield return entry;
            }
        }
        foreach (string folder in folders)
        {
            byte[] path = Encoding.UTF8.GetBytes(folder.TrimEnd('/'));
            Node? node = await browser.FindAsync(root, path, stop);
            if (node is not null)
            {
                yield return new BrowseEntry(path, node);
            }
            Id? tree = node is null ? root : node.Subtree;
            if (tree is null)
            {
                continue;
            }
            if (parsed.GetValue(Recursive))
            {
                await foreach (BrowseEntry entry in browser.WalkAsync(tree.Value, path, stop))
                {
                    yield return entry;
                }
                continue;
            }
            foreach (Node child in await browser.ReadAsync(tree.Value, stop))
            {
                yield return new BrowseEntry([.. path, (byte)'/', .. child.Name], child);
            }
        }
    }

    private static byte[] LongLine(BrowseEntry entry)
    {
        Node node = entry.Node;
        string front =
            $"{NodeMode.Text(node.Mode), -10} {node.Uid, 5} {node.Gid, 5} {node.Size, 10} {Output.Time(TimeOf(node.ModifyTime))} ";
        byte[] link = node.Type == NodeType.Symlink ? [.. " -> "u8, .. node.LinkTarget] : [];
        return [.. Encoding.UTF8.GetBytes(front), .. entry.Path, .. link, (byte)'\n'];
    }

    private static DateTimeOffset TimeOf(UnixTime time) =>
        DateTimeOffset.FromUnixTimeSeconds(time.Seconds).AddTicks(time.Nanoseconds / 100);

    private sealed record NodeObject(
        string Name,
        string Type,
        string Path,
        uint Uid,
        uint Gid,
        ulong? Size,
        uint Mode,
        string Permissions,
        DateTimeOffset Mtime,
        DateTimeOffset Atime,
        DateTimeOffset Ctime,
        ulong Inode,
        string? Linktarget
    )
    {
        public string MessageType => "node";

        public static NodeObject Of(BrowseEntry entry) =>
            new(
                RawText.Of(entry.Node.Name),
                NodeMode.TypeName(entry.Node.Type),
                RawText.Of(entry.Path),
                entry.Node.Uid,
                entry.Node.Gid,
                entry.Node.Type == NodeType.File ? entry.Node.Size : null,
                entry.Node.Mode,
                NodeMode.Text(entry.Node.Mode),
                TimeOf(entry.Node.ModifyTime),
                TimeOf(entry.Node.AccessTime),
                TimeOf(entry.Node.ChangeTime),
                entry.Node.Inode,
                entry.Node.Type == NodeType.Symlink ? RawText.Of(entry.Node.LinkTarget) : null
            );
    }

    private sealed record LsSnapshotObject(
        DateTimeOffset Time,
        string Tree,
        IReadOnlyList<string> Paths,
        string Hostname,
        IReadOnlyList<string> Tags,
        string Id,
        string ShortId
    )
    {
        [JsonPropertyOrder(-1)]
        public string MessageType => "snapshot";

        public static LsSnapshotObject Of(Snapshot snapshot) =>
            new(
                snapshot.Time,
                snapshot.Tree.ToString(),
                snapshot.Paths,
                snapshot.Hostname,
                snapshot.Tags,
                snapshot.Id.ToString(),
                SnapshotObject.ShortIdOf(snapshot)
            );
    }
}
