using Holdfast.Engine.Packs;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Browse;

/// <summary>A directory that is being listed. The trees of the entries ahead are on their way.</summary>
internal sealed class OpenDirectory(List<Node> nodes, TreeBlobs trees)
{
    /// <summary>Entries whose trees are prefetched.</summary>
    private const int Ahead = 16;

    private int next;
    private int prefetched;

    /// <returns>The entry that comes next; null when there is none.</returns>
    public Node? TakeNext()
    {
        for (; prefetched < Math.Min(next + Ahead, nodes.Count); prefetched++)
        {
            if (nodes[prefetched].Subtree is { } tree)
            {
                trees.Prefetch(tree);
            }
        }
        return next < nodes.Count ? nodes[next++] : null;
    }
}
