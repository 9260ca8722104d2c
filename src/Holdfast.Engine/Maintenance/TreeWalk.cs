using System.Threading.Channels;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Maintenance;

/// <summary>
/// Visits every tree beneath some roots once, on several workers. Memory is one id for each tree that waits.
/// </summary>
/// <param name="load">The nodes of a tree, or null when the walk goes on without it. May be called from many threads.</param>
/// <param name="enter">Whether a tree is new to the walk; called by one thread at a time.</param>
/// <param name="visit">Called by one thread at a time, once a tree.</param>
internal sealed class TreeWalk(
    Func<Id, CancellationToken, Task<IReadOnlyList<Node>?>> load,
    Func<Id, bool> enter,
    Action<Id, IReadOnlyList<Node>> visit
)
{
    private readonly Channel<Id> waiting = Channel.CreateUnbounded<Id>();
    private readonly Lock gate = new();

    /// <summary>Trees that wait or are being visited.</summary>
    private int unfinished = 1;

    public async Task RunAsync(IEnumerable<Id> roots, int workers, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] running = [.. Enumerable.Range(0, workers).Select(_ => Task.Run(() => WorkAsync(stop), stop.Token))];
        lock (gate)
        {
            foreach (Id root in roots)
            {
                Enter(root);
            }
        }
        Leave();
        await Task.WhenAll(running);
    }

    private async Task WorkAsync(CancellationTokenSource stop)
    {
        try
        {
            await foreach (Id tree in waiting.Reader.ReadAllAsync(stop.Token))
            {
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
            waiting.Writer.TryWrite(tree);
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref unfinished) == 0)
        {
            waiting.Writer.Complete();
        }
    }
}
