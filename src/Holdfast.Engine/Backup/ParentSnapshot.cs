using Holdfast.Engine.Snapshots;

namespace Holdfast.Engine.Backup;

/// <summary>Finds the snapshot that a backup is compared with.</summary>
public static class ParentSnapshot
{
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
}
