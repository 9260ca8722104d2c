using Microsoft.Extensions.Logging;

namespace Holdfast.Core;

/// <summary>Loops that only make sense together: when one is at fault the others are stopped, so that it is seen.</summary>
internal static class Loops
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

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

    /// <summary>Does the work once, and again while the catalog does not answer, as <see cref="EveryAsync"/> does.</summary>
    public static async Task OnceAsync(
        TimeSpan interval,
        Func<CancellationToken, Task> work,
        TimeProvider time,
        CancellationToken stopping
    )
    {
        using CancellationTokenSource until = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await EveryAsync(
            interval,
            async token =>
            {
                await work(token);
                await until.CancelAsync();
            },
            time,
            until.Token
        );
    }

    /// <summary>
    /// Does the work once an interval until told to stop. A catalog that does not answer has said so in the log itself; it is
    /// asked again soon, and then less and less often.
    /// </summary>
    public static async Task EveryAsync(
        TimeSpan interval,
        Func<CancellationToken, Task> work,
        TimeProvider time,
        CancellationToken stopping
    )
    {
        Patience patience = new(interval < Soon ? interval : Soon);
        while (!stopping.IsCancellationRequested)
        {
            TimeSpan rest = interval;
            try
            {
                await work(stopping);
                patience.Reset();
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (ServiceError error) when (error.Kind == ServiceErrorKind.Unavailable)
            {
                rest = patience.Next();
            }
            await Task.Delay(rest, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
