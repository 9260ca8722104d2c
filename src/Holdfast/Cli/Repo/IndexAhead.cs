using Holdfast.Engine;

namespace Holdfast.Cli.Repo;

/// <summary>
/// Loads the index while the lock is taken, which is mostly waiting. What is loaded before the lock is held is only
/// compared by the load under it, as that of a repository that stays open is.
/// </summary>
internal sealed class IndexAhead : IAsyncDisposable
{
    private readonly CancellationTokenSource ended;
    private readonly Task loading;

    /// <param name="loads">False: nothing is done.</param>
    public IndexAhead(Repository repository, bool loads, CancellationToken stop)
    {
        ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        CancellationToken token = ended.Token;
        loading = loads ? Task.Run(() => repository.LoadIndexAsync(token), token) : Task.CompletedTask;
    }

    /// <summary>Returns when nothing reads any more. What failed is told by the load under the lock.</summary>
    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await loading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ended.Dispose();
    }
}
