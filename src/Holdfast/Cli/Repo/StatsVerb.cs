using System.CommandLine;
using System.Globalization;
using Holdfast.Engine.Maintenance.Stats;
using Holdfast.Engine.Snapshots;

namespace Holdfast.Cli.Repo;

/// <summary><c>repo stats</c>: how much the snapshots are, restored and as stored.</summary>
internal static class StatsVerb
{
    private const string RestoreSize = "restore-size";
    private const string RawData = "raw-data";

    private static readonly SnapshotFilterOptions Filter = new("-H");

    private static readonly Option<string> Mode = new("--mode")
    {
        Description = "What the JSON's total_size is: restore-size or raw-data.",
        HelpName = "mode",
        DefaultValueFactory = _ => RestoreSize,
    };

    private static readonly Argument<string[]> Ids = new("snapshot")
    {
        Description = "Only these: ids, or 'latest'.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    static StatsVerb() => Mode.AcceptOnlyFromAmong(RestoreSize, RawData);

    public static Command Create()
    {
        var command = new Command("stats", "Show sizes and counts.") { Mode, RepoOptions.NoLock, Ids };
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
        IReadOnlyList<Snapshot> all = await session.Repository.ListSnapshotsAsync(session.Stop);
        SnapshotFilter filter = Filter.Read(parsed);
        List<Snapshot> chosen = parsed.GetValue(Ids) is { Length: > 0 } ids
            ?
            [
                .. ids.Select(id => SnapshotReference.Parse(id).Resolve(all, filter))
                    .DistinctBy(snapshot => snapshot.Id),
            ]
            : [.. all.Where(filter.Matches)];
        await session.Repository.LoadIndexAsync(session.Stop);
        RepositoryStatistics statistics = await ProgressDisplay.RunAsync(
            output,
            session.Repository.Options.Time,
            progress => StatsRun.RunAsync(session.Repository, chosen, MaintenanceSteps.To(progress), session.Stop)
        );
        output.Object(StatsObject.Of(statistics, raw: parsed.GetValue(Mode) == RawData));
        output.Line($"snapshots:     {statistics.Snapshots}");
        output.Line($"entries:       {statistics.Entries}");
        output.Line($"restored size: {Output.Size(statistics.RestoreBytes)}");
        output.Line($"blobs:         {statistics.Blobs}");
        output.Line(
            $"deduplicated:  {Output.Size(statistics.UncompressedBytes)} (1 : {Ratio(statistics.DeduplicationRatio)})"
        );
        output.Line($"compressed:    {Output.Size(statistics.StoredBytes)} (1 : {Ratio(statistics.CompressionRatio)})");
        return ExitCode.Ok;
    }

    private static string Ratio(double ratio) => ratio.ToString("0.00", CultureInfo.InvariantCulture);

    private sealed record StatsObject(
        long TotalSize,
        long TotalFileCount,
        long TotalBlobCount,
        long TotalUncompressedSize,
        double CompressionRatio,
        double CompressionSpaceSaving,
        double DeduplicationRatio,
        long RestoreSize,
        long StoredSize,
        int SnapshotsCount
    )
    {
        public static StatsObject Of(RepositoryStatistics statistics, bool raw) =>
            new(
                raw ? statistics.StoredBytes : statistics.RestoreBytes,
                statistics.Entries,
                statistics.Blobs,
                statistics.UncompressedBytes,
                statistics.CompressionRatio,
                (1 - 1 / statistics.CompressionRatio) * 100,
                statistics.DeduplicationRatio,
                statistics.RestoreBytes,
                statistics.StoredBytes,
                statistics.Snapshots
            );
    }
}
