namespace Holdfast.Engine.Snapshots;

/// <summary>Which snapshots a verb considers. Empty lists restrict nothing.</summary>
public sealed record SnapshotFilter
{
    public static SnapshotFilter All { get; } = new();

    /// <summary>The snapshot's host is one of these.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>The snapshot has all tags of at least one of these lists.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Tags { get; init; } = [];

    /// <summary>The snapshot has each of these paths.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    public bool IsEmpty => Hosts.Count == 0 && Tags.Count == 0 && Paths.Count == 0;

    public bool Matches(Snapshot snapshot) =>
        (Hosts.Count == 0 || Hosts.Contains(snapshot.Hostname))
        && (Tags.Count == 0 || Tags.Any(list => HasTags(snapshot, list)))
        && Paths.All(path => snapshot.Paths.Contains(path));

    /// <summary>Whether the snapshot has every tag of the list. An empty tag stands for "no tag at all", as in restic.</summary>
    public static bool HasTags(Snapshot snapshot, IReadOnlyList<string> tags) =>
        tags.All(tag => tag.Length == 0 && snapshot.Tags.Count == 0 || snapshot.Tags.Contains(tag));
}
