namespace Holdfast.Engine.Maintenance.Prune;

/// <summary>How much of the time that a run may hold the exclusive lock is left, and for what. It begins when it is made.</summary>
/// <param name="budget">Null: there is always time.</param>
internal sealed class PruneClock(TimeProvider time, TimeSpan? budget)
{
    /// <summary>What is rewritten is worth nothing before the index and the old packs follow, which takes the rest.</summary>
    private const double ForRepacking = 0.75;

    /// <summary>Index objects that were written anew are stored and the old ones removed together, some requests.</summary>
    private const double ForIndexing = 0.85;

    /// <summary>What is under way then, a few requests, ends within the budget.</summary>
    private const double ForAll = 0.95;

    private readonly long started = time.GetTimestamp();

    public bool MayRepack => IsWithin(ForRepacking);

    public bool MayIndex => IsWithin(ForIndexing);

    /// <summary>Whether another step may begin, of whatever kind.</summary>
    public bool MayGoOn => IsWithin(ForAll);

    /// <exception cref="EngineError">There is no time for another step.</exception>
    public void RequireTime()
    {
        if (!MayGoOn)
        {
            throw new EngineError(
                EngineErrorKind.Store,
                temporary: true,
                $"Looking at what was added since the prune was planned took longer than its {budget}. Nothing was changed.",
                "Prune when fewer backups are made, or give it more time: --time-budget."
            );
        }
    }

    private bool IsWithin(double share) => budget is not { } all || time.GetElapsedTime(started) < all * share;
}
