namespace Holdfast.Testing;

/// <summary>A clock that stands until it is moved, and whose timers fire as it passes them.</summary>
public sealed class SteppedTime : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<Timer> timers = [];
    private TimeSpan suspended;
    private DateTimeOffset now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            return now + suspended;
        }
    }

    public override long GetTimestamp() => Passed().UtcTicks;

    /// <summary>The machine sleeps: the wall clock goes on, and no timer knows.</summary>
    public void Suspend(TimeSpan by)
    {
        lock (gate)
        {
            suspended += by;
        }
    }

    /// <summary>Goes on to the given moment, firing every timer on the way, in order.</summary>
    public void Advance(TimeSpan by)
    {
        DateTimeOffset end = Passed() + by;
        while (Next(end) is { } due)
        {
            due.Fire();
        }
        lock (gate)
        {
            now = end;
        }
    }

    /// <summary>Goes from timer to timer until the task is done.</summary>
    public async Task<T> RunAsync<T>(Task<T> task)
    {
        while (!task.IsCompleted)
        {
            if (Next(DateTimeOffset.MaxValue) is { } due)
            {
                due.Fire();
            }
            await Task.Yield();
        }
        return await task;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private DateTimeOffset Passed()
    {
        lock (gate)
        {
            return now;
        }
    }

    private Timer? Next(DateTimeOffset end)
    {
        lock (gate)
        {
            Timer? next = timers.MinBy(timer => timer.Due);
            if (next is null || next.Due > end)
            {
                return null;
            }
            timers.Remove(next);
            now = next.Due > now ? next.Due : now;
            return next;
        }
    }

    // Fires once: nothing under test uses periods.
    private sealed class Timer(SteppedTime time, Action callback) : ITimer
    {
        internal DateTimeOffset Due { get; private set; }

        internal void Fire() => callback();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time.gate)
            {
                time.timers.Remove(this);
                if (dueTime >= TimeSpan.Zero)
                {
                    Due = time.now + dueTime;
                    time.timers.Add(this);
                }
                return true;
            }
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
