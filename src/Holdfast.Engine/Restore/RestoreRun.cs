using Holdfast.Engine.Files;

namespace Holdfast.Engine.Restore;

/// <summary>What the parts of one restore share.</summary>
internal sealed record RestoreRun(
    Repository Repository,
    RestoreSource Source,
    RestoreOptions Options,
    DirectoryPool Pool,
    RestoreTally Tally
)
{
    /// <summary>For tests: called with the name of what has no content between making it and taking hold of it.</summary>
    public Action<byte[]>? BeforePin { get; init; }

    /// <summary>Runs as many loops as there are workers; the first that throws stops the others and is what is thrown.</summary>
    public async Task WorkAsync(Func<CancellationToken, Task> loop, CancellationToken cancellationToken)
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
        Task[] workers =
        [
            .. Enumerable.Range(0, Options.Workers).Select(_ => Task.Run(RunAsync, CancellationToken.None)),
        ];
        Task all = Task.WhenAll(workers);
        await ((Task)all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Of many errors the cause is the one that is no cancellation.
        if (all.Exception is { } errors)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(errors.InnerExceptions[0]);
        }
        cancellationToken.ThrowIfCancellationRequested();
        await all;
    }
}
