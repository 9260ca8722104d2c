using Holdfast.Engine.Snapshots;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Backup;

/// <summary>Finds the snapshot that a backup is compared with.</summary>
public static class ParentSnapshot
{
    /// <summary>
    /// The kernel's clock for change times moves every 10 ms at the slowest; twice that, for both are rounded.
    /// </summary>
    private static readonly TimeSpan ClockTick = TimeSpan.FromMilliseconds(20);

    /// <summary>The latest of the same host and the same set of paths, not later than <paramref name="before"/>; or null.</summary>
    public static Snapshot? Choose(
        IEnumerable<Snapshot> snapshots,
        string hostname,
        IEnumerable<string> paths,
        DateTimeOffset before
    )
    {
        var wanted = paths.ToHashSet(StringComparer.Ordinal);
        return snapshots
            .Where(snapshot => snapshot.Time <= before && snapshot.Hostname == hostname)
            .Where(snapshot => wanted.SetEquals(snapshot.Paths))
            .MaxBy(snapshot => snapshot.Time);
    }

    /// <summary>
    /// A change time before this was a tick past when the snapshot's run began, or its source was captured: what it says
    /// of itself is its time.
    /// </summary>
    internal static UnixTime SettledBefore(Snapshot? parent)
    {
        DateTimeOffset captured = parent?.Time ?? DateTimeOffset.UnixEpoch;
        DateTimeOffset begin = parent?.Summary?.BackupStart is { } start && start < captured ? start : captured;
        return UnixTime.From(begin - ClockTick);
    }
}
