using System.Runtime.CompilerServices;

namespace Holdfast.Engine;

/// <summary>Loads some items ahead of whoever consumes them: what hides a remote store's latency where order matters.</summary>
internal static class ReadAhead
{
    /// <summary>The items in their order, each with what was loaded for it.</summary>
    /// <param name="items">Enumerated as far as is loaded.</param>
    /// <param name="ahead">Loads under way or finished that are not consumed yet: what bounds memory. At least 1.</param>
    /// <param name="load">
    /// Its failure ends the enumeration when the item's turn comes. What it loads is the consumer's to dispose; if the
    /// consumer stops early, what was not handed out is disposed here.
    /// </param>
    /// <param name="cancellationToken">Ends every load.</param>
    public static IAsyncEnumerable<(TItem Item, TLoaded Loaded)> InOrderAsync<TItem, TLoaded>(
        IEnumerable<TItem> items,
        int ahead,
        Func<TItem, CancellationToken, Task<TLoaded>> load,
        CancellationToken cancellationToken
    ) => InOrderAsync(items.ToAsyncEnumerable(), ahead, load, cancellationToken);

    /// <inheritdoc cref="InOrderAsync{TItem, TLoaded}(IEnumerable{TItem}, int, Func{TItem, CancellationToken, Task{TLoaded}}, CancellationToken)"/>
    public static async IAsyncEnumerable<(TItem Item, TLoaded Loaded)> InOrderAsync<TItem, TLoaded>(
        IAsyncEnumerable<TItem> items,
        int ahead,
        Func<TItem, CancellationToken, Task<TLoaded>> load,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var loading = new Queue<(TItem Item, Task<TLoaded> Loaded)>();
        try
        {
            await foreach (TItem item in items.WithCancellation(stop.Token))
            {
                loading.Enqueue((item, Task.Run(() => load(item, stop.Token), stop.Token)));
                if (loading.Count >= ahead)
                {
                    TLoaded first = await loading.Peek().Loaded;
                    yield return (loading.Dequeue().Item, first);
                }
            }
            while (loading.TryPeek(out (TItem Item, Task<TLoaded> Loaded) next))
            {
                TLoaded first = await next.Loaded;
                yield return (loading.Dequeue().Item, first);
            }
        }
        finally
        {
            // A consumer that stops early leaves nothing running behind it.
            await stop.CancelAsync();
            foreach ((_, Task<TLoaded> loaded) in loading)
            {
                await ((Task)loaded).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (loaded.IsCompletedSuccessfully && await loaded is IDisposable unused)
                {
                    unused.Dispose();
                }
            }
        }
    }
}
