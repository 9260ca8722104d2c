using System.Threading.Channels;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Maintenance;

/// <summary>
/// Visits every tree beneath some roots once, on several workers, depth first: a backup wrote neighbours side by side.
/// Memory is one id for each tree that waits.
/// </summary>
/// <param name="load">The nodes of a tree, or null when the walk goes on without it. May be called from many threads.</param>
/// <param name="prefetch">Told of trees that will be loaded soon. May be called from many threads.</param>
/// <param name="enter">Whether a tree is new to the walk; called by one thread at a time.</param>
/// <param name="visit">Called by one thread at a time, once a tree.</param>
internal sealed class TreeWalk(
    Func<Id, CancellationToken, Task<IReadOnlyList<Node>?>> load,
    Action<Id> prefetch,
    Func<Id, bool> enter,
    Action<Id, IReadOnlyList<Node>> visit
)
{
    /// <summary>
    /// Trees that are prefetched before their turn. Half of the windows that <see cref="Packs.TreeBlobs"/> keeps: what was
    /// read for one is still there when it is visited, also where each lies in another pack.
    /// </summary>
    private const int Ahead = Packs.TreeBlobs.MostWindows / 2;

    private readonly Lock gate = new();

    /// <summary>The next one is the last.</summary>
    private readonly List<Waiting> waiting = [];

    /// <summary>One for each that waits.</summary>
    private readonly Channel<bool> turns = Channel.CreateUnbounded<bool>();

    /// <summary>Trees that wait or are being visited.</summary>
    private int unfinished = 1;

    public async Task RunAsync(IEnumerable<Id> roots, int workers, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] running = [.. Enumerable.Range(0, workers).Select(_ => Task.Run(() => WorkAsync(stop), stop.Token))];
        try
        {
            lock (gate)
            {
                foreach (Id root in roots)
                {
                    Enter(root);
                }
            }
        }
        catch
        {
            await stop.CancelAsync();
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        Leave();
        await Task.WhenAll(running);
    }

    private async Task WorkAsync(CancellationTokenSource stop)
    {
        try
        {
            List<Id> soon = [];
            await foreach (bool _ in turns.Reader.ReadAllAsync(stop.Token))
            {
                Id tree = Take(soon);
                soon.ForEach(prefetch);
                if (await load(tree, stop.Token) is { } nodes)
                {
                    Visit(tree, nodes);
                }
                Leave();
            }
        }
        catch
        {
            // One failure ends them all.
            await stop.CancelAsync();
            throw;
        }
    }

    /// <summary>Takes the next tree.</summary>
    /// <param name="soon">Filled with those close behind it that were not prefetched yet.</param>
    private Id Take(List<Id> soon)
    {
        soon.Clear();
        lock (gate)
        {
            Id tree = waiting[^1].Tree;
            waiting.RemoveAt(waiting.Count - 1);
            for (int i = waiting.Count - 1; i >= Math.Max(0, waiting.Count - Ahead); i--)
            {
                if (!waiting[i].Prefetched)
                {
                    soon.Add(waiting[i].Tree);
                    waiting[i] = waiting[i] with { Prefetched = true };
                }
            }
            return tree;
        }
    }

    private void Visit(Id tree, IReadOnlyList<Node> nodes)
    {
        lock (gate)
        {
            visit(tree, nodes);
            foreach (Node node in nodes)
            {
                if (node is { Type: NodeType.Dir, Subtree: { IsZero: false } subtree })
                {
                    Enter(subtree);
                }
            }
        }
    }

    private void Enter(Id tree)
    {
        if (enter(tree))
        {
            Interlocked.Increment(ref unfinished);
            waiting.Add(new Waiting(tree, Prefetched: false));
            turns.Writer.TryWrite(true);
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref unfinished) == 0)
        {
            turns.Writer.Complete();
        }
    }

    private readonly record struct Waiting(Id Tree, bool Prefetched);
}
