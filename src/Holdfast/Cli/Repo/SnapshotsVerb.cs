using System.CommandLine;
using Holdfast.Engine;
using Holdfast.Engine.Snapshots;

namespace Holdfast.Cli.Repo;

/// <summary><c>repo snapshots</c>: lists what can be restored.</summary>
internal static class SnapshotsVerb
{
    private static readonly SnapshotFilterOptions Filter = new("-H");

    private static readonly Option<int> Latest = new("--latest")
    {
        Description = "Only the last n of each host and paths.",
        HelpName = "n",
    };

    private static readonly Option<string?> GroupBy = new("--group-by", "-g")
    {
        Description = "Group by host, paths, tags, or several separated by commas.",
        HelpName = "group",
    };

    private static readonly Argument<string[]> Ids = new("snapshot")
    {
        Description = "Only these: ids, or 'latest'.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public static Command Create()
    {
        var command = new Command("snapshots", "List snapshots.") { Latest, GroupBy, RepoOptions.NoLock, Ids };
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
        IReadOnlyList<Snapshot> snapshots = Select(
            await session.Repository.ListSnapshotsAsync(session.Stop),
            parsed.GetValue(Ids) ?? [],
            Filter.Read(parsed),
            parsed.GetValue(Latest)
        );
        if (parsed.GetValue(GroupBy) is not { } groupBy)
        {
            output.Object(snapshots.Select(SnapshotObject.Of));
            SnapshotTable.Write(output, snapshots);
            return ExitCode.Ok;
        }
        IReadOnlyList<SnapshotGroup> groups = SnapshotGroup.Of(snapshots, SnapshotGroup.ParseGrouping(groupBy));
        output.Object(
            groups.Select(group => new GroupObject(
                GroupKeyObject.Of(group),
                [.. group.Snapshots.Select(SnapshotObject.Of)]
            ))
        );
        foreach (SnapshotGroup group in groups)
        {
            output.Line($"snapshots for {GroupKeyObject.Describe(group)}");
            SnapshotTable.Write(output, group.Snapshots);
        }
        return ExitCode.Ok;
    }

    private static IReadOnlyList<Snapshot> Select(
        IReadOnlyList<Snapshot> all,
        string[] ids,
        SnapshotFilter filter,
        int latest
    )
    {
        IReadOnlyList<Snapshot> chosen =
            ids.Length > 0
                ? [.. ids.Select(id => SnapshotReference.Parse(id).Resolve(all, filter)).DistinctBy(s => s.Id)]
                : [.. all.Where(filter.Matches)];
        return latest <= 0
            ? chosen
            :
            [
                .. SnapshotGroup
                    .Of(chosen, SnapshotGrouping.Host | SnapshotGrouping.Paths)
                    .SelectMany(group => group.Snapshots.TakeLast(latest))
                    .OrderBy(snapshot => snapshot.Time),
            ];
    }

    private sealed record GroupObject(GroupKeyObject GroupKey, IReadOnlyList<SnapshotObject> Snapshots);
}

/// <summary>What the snapshots of a group have in common, in JSON.</summary>
internal sealed record GroupKeyObject(string? Hostname, IReadOnlyList<string>? Paths, IReadOnlyList<string>? Tags)
{
    public static GroupKeyObject Of(SnapshotGroup group) => new(group.Host, group.Paths, group.Tags);

    public static string Describe(SnapshotGroup group)
    {
        List<string> parts = [];
        if (group.Host is { } host)
        {
            parts.Add($"host [{host}]");
        }
        if (group.Paths is { } paths)
        {
            parts.Add($"paths [{string.Join(", ", paths)}]");
        }
        if (group.Tags is { } tags)
        {
            parts.Add($"tags [{string.Join(", ", tags)}]");
        }
        return parts.Count == 0 ? "the whole repository" : string.Join(", ", parts);
    }
}
