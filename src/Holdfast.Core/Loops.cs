using Microsoft.Extensions.Logging;

namespace Holdfast.Core;

/// <summary>Loops that only make sense together: when one is at fault the others are stopped, so that it is seen.</summary>
internal static class Loops
{
    /// <summary>Ends when all loops have.</summary>
    /// <exception cref="Exception">Whatever the first loop at fault threw.</exception>
    public static async Task RunAsync(
        IEnumerable<Func<CancellationToken, Task>> loops,
        ILogger logger,
        CancellationToken stopping
    )
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task[] running = [.. loops.Select(loop => loop(stop.Token))];
        Task? fault = null;
        await foreach (Task ended in Task.WhenEach(running))
        {
            if (ended.IsFaulted && fault is null)
            {
                fault = ended;
                Log.LoopFaulted(logger, ended.Exception.InnerException!);
                await stop.CancelAsync();
            }
        }
        await (fault ?? Task.WhenAll(running));
    }
}
