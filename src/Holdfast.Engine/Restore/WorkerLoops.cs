using System.Runtime.ExceptionServices;

namespace Holdfast.Engine.Restore;

internal static class WorkerLoops
{
    /// <summary>Runs as many loops as there are workers; the first that throws stops the others and is what is thrown.</summary>
    public static async Task RunAsync(
        int workers,
        Func<CancellationToken, Task> loop,
        CancellationToken cancellationToken
    )
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        async Task RunAsync()
        {
            try
            {
                await loop(stop.Token);
            }
            catch
            {
                await stop.CancelAsync();
                throw;
            }
        }
        Task[] running = [.. Enumerable.Range(0, workers).Select(_ => Task.Run(RunAsync, CancellationToken.None))];
        Task all = Task.WhenAll(running);
        await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Of many errors the cause is the one that is no cancellation.
        if (all.Exception is { } errors)
        {
            ExceptionDispatchInfo.Throw(errors.InnerExceptions[0]);
        }
        cancellationToken.ThrowIfCancellationRequested();
        await all;
    }
}
