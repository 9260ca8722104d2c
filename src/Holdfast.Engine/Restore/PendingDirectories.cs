using Holdfast.Engine.Packs;

namespace Holdfast.Engine.Restore;

/// <summary>
/// Directories yet to be visited, by several workers. The trees of the next ones are loaded ahead of their turn, and few
/// are held.
/// </summary>
internal sealed class PendingDirectories : IDisposable
{
    /// <summary>Trees loaded before they are needed; what hides a remote store's latency.</summary>
    private const int Ahead = 16;

    /// <summary>
    /// Trees held. Before one that was pushed further down is next again, at least the difference were visited, so few
    /// are loaded twice.
    /// </summary>
    public const int MostLoaded = 64;

    private readonly TreeBlobs trees;
    private readonly int workers;
    private readonly Lock gate = new();

    // The next one is the last.
    private readonly List<PendingDirectory> stack;

    // One for each on the stack; at the end one for each worker, that it sees it.
    private readonly SemaphoreSlim available = new(1);
    private int unvisited = 1;

    /// <param name="root">Visited first.</param>
    /// <param name="workers">How many will wait for one at once, at most.</param>
    public PendingDirectories(TreeBlobs trees, PendingDirectory root, int workers)
    {
        this.trees = trees;
        this.workers = workers;
        stack = [root];
    }

    public int Loaded => stack.Count(directory => directory.IsLoaded);

    /// <summary>
    /// Takes the next one, whose tree is being loaded, as those after it are. Waits while there is none but one is being
    /// visited; null when all were.
    /// </summary>
    public async Task<PendingDirectory?> PopAsync(CancellationToken cancellationToken)
    {
        await available.WaitAsync(cancellationToken);
        lock (gate)
        {
            if (stack.Count == 0)
            {
                return null;
            }
            for (int i = stack.Count - 1; i >= Math.Max(0, stack.Count - Ahead); i--)
            {
                _ = stack[i].Load(trees, cancellationToken);
            }
            PendingDirectory next = stack[^1];
            stack.RemoveAt(stack.Count - 1);
            return next;
        }
    }

    /// <summary>One that was taken has been visited, and these, which are in it, are to be visited before all others.</summary>
    /// <param name="subdirectories">In the order of their visits.</param>
    public void Visited(IReadOnlyList<PendingDirectory> subdirectories)
    {
        bool isEnd;
        lock (gate)
        {
            int before = stack.Count;
            stack.AddRange(subdirectories.Reverse());
            int far = Math.Min(before, stack.Count - MostLoaded);
            for (int i = Math.Max(0, before - MostLoaded); i < far; i++)
            {
                stack[i].Unload();
            }
            unvisited += subdirectories.Count - 1;
            isEnd = unvisited == 0;
        }
        int wake = isEnd ? workers : subdirectories.Count;
        if (wake > 0)
        {
            _ = available.Release(wake);
        }
    }

    public void Dispose() => available.Dispose();
}
