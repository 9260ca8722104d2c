using Holdfast.Engine.Snapshots;

namespace Holdfast.Cli.Repo;

/// <summary>Snapshots as a table for people, with restic's columns.</summary>
internal static class SnapshotTable
{
    /// <param name="reasons">Why each snapshot is kept, when that is the question.</param>
    public static void Write(
        Output output,
        IReadOnlyList<Snapshot> snapshots,
        IReadOnlyList<IReadOnlyList<string>>? reasons = null
    )
    {
        List<string> headings = ["ID", "Time", "Host", "Tags"];
        if (reasons is not null)
        {
            headings.Add("Reasons");
        }
        output.Table([.. headings, "Paths", "Size"], snapshots.Select((snapshot, i) => Row(snapshot, reasons?[i])));
        output.Line($"{snapshots.Count} {(snapshots.Count == 1 ? "snapshot" : "snapshots")}");
    }

    private static List<string> Row(Snapshot snapshot, IReadOnlyList<string>? reasons)
    {
        List<string> row =
        [
            SnapshotObject.ShortIdOf(snapshot),
            Output.Time(snapshot.Time),
            snapshot.Hostname,
            string.Join(',', snapshot.Tags),
        ];
        if (reasons is not null)
        {
            row.Add(string.Join('\n', reasons));
        }
        row.Add(string.Join('\n', snapshot.Paths));
        row.Add(snapshot.Summary is { } summary ? Output.Size(summary.TotalBytesProcessed) : "");
        return row;
    }
}
