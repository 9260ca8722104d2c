namespace Holdfast.Core.Operations;

/// <summary>
/// Tells this process's workers, and whoever tells other nodes', that something was queued, so that they need not wait for
/// their next look. Losing a signal only costs a poll interval.
/// </summary>
public sealed class WakeSignal
{
    private TaskCompletionSource next = Make();
    private TaskCompletionSource nextOfOurs = Make();

    /// <summary>This process has queued something. Call after the commit.</summary>
    public void Wake()
    {
        WakeHere();
        Interlocked.Exchange(ref nextOfOurs, Make()).TrySetResult();
    }

    /// <summary>Another node has.</summary>
    public void WakeHere() => Interlocked.Exchange(ref next, Make()).TrySetResult();

    /// <summary>Completes with the first wake after this call; take it before looking, then await it.</summary>
    public Task Next => Volatile.Read(ref next).Task;

    /// <summary>The same of what this process has queued.</summary>
    public Task NextOfOurs => Volatile.Read(ref nextOfOurs).Task;

    private static TaskCompletionSource Make() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
