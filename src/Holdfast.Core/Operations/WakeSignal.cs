namespace Holdfast.Core.Operations;

/// <summary>
/// Tells this process's workers that something was queued, so that they need not wait for their next look. Losing a
/// signal only costs a poll interval.
/// </summary>
public sealed class WakeSignal
{
    private TaskCompletionSource next = Make();

    /// <summary>Call after the commit.</summary>
    public void Wake() => Interlocked.Exchange(ref next, Make()).TrySetResult();

    /// <summary>Completes with the first <see cref="Wake"/> after this call; take it before looking, then await it.</summary>
    public Task Next => Volatile.Read(ref next).Task;

    private static TaskCompletionSource Make() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
