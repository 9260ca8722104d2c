namespace Holdfast.Engine.Maintenance.Prune;

/// <summary>What a prune may leave, and how much it may do in one run.</summary>
public sealed record PruneOptions
{
    public UnusedLimit MaxUnused { get; init; } = UnusedLimit.Default;

    /// <summary>Bytes of packs to rewrite at most; what is left over waits for the next run.</summary>
    public long MaxRepackBytes { get; init; } = long.MaxValue;

    /// <summary>
    /// How long a run may hold the exclusive lock; what it does not come to then waits for the next, and the repository is
    /// whole. Ten minutes: backups wait for no more than that, and what they find then is no stale lock. Null sets no bound.
    /// </summary>
    public TimeSpan? TimeBudget { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Snapshots that count as removed already: to plan what a prune would do once they are. One that is still there when
    /// the plan is carried out loses nothing.
    /// </summary>
    public IReadOnlySet<Id> Without { get; init; } = new HashSet<Id>();

    /// <summary>
    /// Snapshots that somebody counts on: a repository that lacks one of them is not pruned. Asked under the exclusive
    /// lock.
    /// </summary>
    public Func<CancellationToken, Task<IReadOnlySet<Id>>> Required { get; init; } =
        _ => Task.FromResult<IReadOnlySet<Id>>(new HashSet<Id>());
}
