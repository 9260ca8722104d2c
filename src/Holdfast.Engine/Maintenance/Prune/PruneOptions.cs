namespace Holdfast.Engine.Maintenance.Prune;

/// <summary>What a prune may leave, and how much it may do in one run.</summary>
public sealed record PruneOptions
{
    public UnusedLimit MaxUnused { get; init; } = UnusedLimit.Default;

    /// <summary>Bytes of packs to rewrite at most; what is left over waits for the next run.</summary>
    public long MaxRepackBytes { get; init; } = long.MaxValue;

    /// <summary>
    /// No pack is rewritten once a run has taken this long; it then finishes with what it has, and the repository is
    /// whole. Ten minutes: backups wait for no more than that, and what they find then is no stale lock. Null sets no bound.
    /// </summary>
    public TimeSpan? TimeBudget { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Snapshots that count as removed already: to plan what a prune would do once they are.</summary>
    public IReadOnlySet<Id> Without { get; init; } = new HashSet<Id>();

    /// <summary>Snapshots that somebody counts on: a repository that lacks one of them is not pruned.</summary>
    public IReadOnlySet<Id> Required { get; init; } = new HashSet<Id>();

    /// <summary>
    /// The store holds this repository and nothing else, so its unfinished writes can be looked for at no great cost.
    /// A store of many repositories has them removed for all at once, by somebody else.
    /// </summary>
    public bool OwnsStore { get; init; }
}
