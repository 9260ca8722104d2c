namespace Holdfast.Core.Catalog.Postgres;

/// <summary>
/// The database's clock, as all its nodes go by: leases, and the times in rows, do not depend on what the clock of a node
/// says. It is read along with the catalog, and between two readings goes on by this machine's counter, which nobody sets.
/// Off by half the time that a reading took, at most. It never goes back by less than a second: rows that one node
/// writes one after the other are so in time. Until it has been read it is this machine's clock.
/// </summary>
public sealed class DatabaseClock(TimeProvider? machine = null) : TimeProvider
{
    // A reading this long ago has no say against a new one, however quick it was: counters drift.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    // A reading that is off by more says less than the oldest one.
    private static readonly TimeSpan LargestError = TimeSpan.FromSeconds(1);

    // Back by more than any error of a reading: somebody has set the database's clock.
    private static readonly TimeSpan LongestWaitForTime = TimeSpan.FromSeconds(1);

    private readonly TimeProvider machine = machine ?? System;
    private readonly Lock gate = new();
    private Reading? latest;
    private DateTimeOffset told;

    private sealed record Reading(DateTimeOffset Time, long At, TimeSpan Error);

    public override long TimestampFrequency => machine.TimestampFrequency;

    public override long GetTimestamp() => machine.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        machine.CreateTimer(callback, state, dueTime, period);

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            DateTimeOffset now = latest is { } reading
                ? reading.Time + machine.GetElapsedTime(reading.At)
                : machine.GetUtcNow();
            told = now < told && told - now < LongestWaitForTime ? told : now;
            return told;
        }
    }

    /// <summary>Takes a reading of the database's clock.</summary>
    /// <param name="asked">This clock's timestamp just before the database was asked; it has answered just now.</param>
    /// <param name="time">Its answer.</param>
    public void Learn(long asked, DateTimeOffset time)
    {
        long answered = GetTimestamp();
        // It was read at some time in between.
        TimeSpan error = machine.GetElapsedTime(asked, answered) / 2;
        lock (gate)
        {
            bool stale = latest is not null && machine.GetElapsedTime(latest.At, answered) > Fresh;
            if (latest is null || error <= latest.Error || (stale && error <= LargestError))
            {
                latest = new Reading(time + error, answered, error);
            }
        }
    }
}
