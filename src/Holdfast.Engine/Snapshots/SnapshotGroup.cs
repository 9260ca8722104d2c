namespace Holdfast.Engine.Snapshots;

/// <summary>By what snapshots are grouped before a policy, or a choice of parent, looks at each group alone.</summary>
[Flags]
public enum SnapshotGrouping
{
    None = 0,
    Host = 1,
    Paths = 2,
    Tags = 4,
}

/// <summary>Snapshots that agree in what they were grouped by; the fields not grouped by are null.</summary>
public sealed record SnapshotGroup(
    string? Host,
    IReadOnlyList<string>? Paths,
    IReadOnlyList<string>? Tags,
    IReadOnlyList<Snapshot> Snapshots
)
{
    /// <summary>The groups in a stable order, by host, paths, tags. Order of paths and tags within a snapshot is no difference.</summary>
    public static IReadOnlyList<SnapshotGroup> Of(IEnumerable<Snapshot> snapshots, SnapshotGrouping by) =>
        [
            .. snapshots
                .GroupBy(snapshot => Key(snapshot, by))
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => Describe([.. group], by)),
        ];

    /// <summary>Parses restic's <c>--group-by</c>: names separated by commas, or nothing.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Invalid"/>.</exception>
    public static SnapshotGrouping ParseGrouping(string text)
    {
        SnapshotGrouping grouping = SnapshotGrouping.None;
        foreach (string name in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            grouping |= name switch
            {
                "host" or "hosts" => SnapshotGrouping.Host,
                "path" or "paths" => SnapshotGrouping.Paths,
                "tag" or "tags" => SnapshotGrouping.Tags,
                _ => throw new EngineError(
                    EngineErrorKind.Invalid,
                    temporary: false,
                    $"Cannot group by '{name}'.",
                    "Group by host, paths, tags, or several of them separated by commas."
                ),
            };
        }
        return grouping;
    }

    // Host names, paths and tags hold no NUL.
    private static string Key(Snapshot snapshot, SnapshotGrouping by) =>
        string.Join(
            "\0\0",
            by.HasFlag(SnapshotGrouping.Host) ? snapshot.Hostname : "",
            by.HasFlag(SnapshotGrouping.Paths) ? Sorted(snapshot.Paths) : "",
            by.HasFlag(SnapshotGrouping.Tags) ? Sorted(snapshot.Tags) : ""
        );

    private static string Sorted(IReadOnlyList<string> values) =>
        string.Join('\0', values.Order(StringComparer.Ordinal));

    private static SnapshotGroup Describe(IReadOnlyList<Snapshot> members, SnapshotGrouping by) =>
        new(
            by.HasFlag(SnapshotGrouping.Host) ? members[0].Hostname : null,
            by.HasFlag(SnapshotGrouping.Paths) ? [.. members[0].Paths.Order(StringComparer.Ordinal)] : null,
            by.HasFlag(SnapshotGrouping.Tags) ? [.. members[0].Tags.Order(StringComparer.Ordinal)] : null,
            members
        );
}
