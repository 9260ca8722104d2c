namespace Holdfast.Engine.Snapshots;

/// <summary>
/// How people name a snapshot: <c>latest</c>, an id or an unambiguous prefix of one, each with <c>:folder</c> behind it
/// to mean only what lies beneath that folder.
/// </summary>
/// <param name="Name"><c>latest</c> or a prefix of an id.</param>
/// <param name="Subfolder">An absolute path in the snapshot, or empty for all of it.</param>
public readonly record struct SnapshotReference(string Name, string Subfolder)
{
    public const string Latest = "latest";

    public static SnapshotReference Parse(string text)
    {
        int colon = text.IndexOf(':');
        return colon < 0 ? new(text, "") : new(text[..colon], text[(colon + 1)..]);
    }

    /// <param name="snapshots">In any order.</param>
    /// <param name="filter">Restricts what <c>latest</c> may be; an id is an id.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.NotFound"/>, or <see cref="EngineErrorKind.Invalid"/>: the prefix fits several.</exception>
    public Snapshot Resolve(IEnumerable<Snapshot> snapshots, SnapshotFilter filter)
    {
        if (Name == Latest)
        {
            return snapshots.Where(filter.Matches).MaxBy(snapshot => snapshot.Time)
                ?? throw NotFound("No snapshot matches.");
        }
        string prefix = Name;
        List<Snapshot> found = [.. snapshots.Where(snapshot => IsPrefix(prefix, snapshot.Id)).Take(2)];
        return found.Count switch
        {
            1 => found[0],
            0 => throw NotFound($"There is no snapshot '{prefix}'."),
            _ => throw new EngineError(
                EngineErrorKind.Invalid,
                temporary: false,
                $"More than one snapshot's id begins with '{prefix}'.",
                "Give more digits of the id."
            ),
        };
    }

    private static bool IsPrefix(string prefix, Id id) =>
        prefix.Length > 0 && id.ToString().StartsWith(prefix, StringComparison.OrdinalIgnoreCase);

    private static EngineError NotFound(string message) =>
        new(EngineErrorKind.NotFound, temporary: false, message, "List the snapshots to see what there is.");
}
