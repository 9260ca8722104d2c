namespace Holdfast.Testing.Remote;

/// <summary>
/// Holds the requests that it is asked to until so many of them are under way at once, and then lets all through. A run
/// that never has so many under way never ends: give its test a timeout.
/// </summary>
public sealed class RequestGate(int count, Func<StoreRequest, bool> which)
{
    private readonly TaskCompletionSource open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int waiting;

    public bool IsOpen => open.Task.IsCompleted;

    /// <summary>For <see cref="RemoteObjectStore"/>.</summary>
    public async Task PassAsync(StoreRequest request, CancellationToken cancellationToken)
    {
        if (!which(request))
        {
            return;
        }
        if (Interlocked.Increment(ref waiting) >= count)
        {
            open.TrySetResult();
        }
        await open.Task.WaitAsync(cancellationToken);
    }
}
