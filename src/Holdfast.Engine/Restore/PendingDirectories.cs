using Holdfast.Engine.Packs;

namespace Holdfast.Engine.Restore;

/// <summary>Directories yet to be visited. The trees of the next ones are loaded ahead of their turn, and few are held.</summary>
internal sealed class PendingDirectories(TreeBlobs trees)
{
    /// <summary>Trees loaded before they are needed; what hides a remote store's latency.</summary>
    private const int Ahead = 16;

    /// <summary>
    /// Trees held. Before one that was pushed further down is next again, at least the difference were visited, so few
    /// are loaded twice.
    /// </summary>
    public const int MostLoaded = 64;

    // The next one is the last.
    private readonly List<PendingDirectory> stack = [];

    public int Loaded => stack.Count(directory => directory.IsLoaded);

    /// <summary>Adds directories before all others.</summary>
    /// <param name="directories">In the order of their visits.</param>
    public void Push(IReadOnlyList<PendingDirectory> directories)
    {
        int before = stack.Count;
        stack.AddRange(directories.Reverse());
        int far = Math.Min(before, stack.Count - MostLoaded);
        for (int i = Math.Max(0, before - MostLoaded); i < far; i++)
        {
            stack[i].Unload();
        }
    }

    /// <summary>Takes the next one, whose tree is being loaded, as those after it are; null when there is none.</summary>
    public PendingDirectory? Pop(CancellationToken cancellationToken)
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
