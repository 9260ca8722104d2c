using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Maintenance.Stats;

/// <summary>
/// The sizes of trees, each looked at once however many snapshots share it. A file with several names counts once a
/// snapshot, so those are remembered and told apart by inode in each snapshot anew.
/// </summary>
internal sealed class TreeSizes
{
    private readonly Dictionary<Id, Own> trees = [];
    private readonly Dictionary<Id, Total> totals = [];

    public void Add(Id tree, IReadOnlyList<Node> nodes)
    {
        List<Id> children = [];
        List<Link> links = [];
        long bytes = 0;
        foreach (Node node in nodes)
        {
            if (node is { Type: NodeType.Dir, Subtree: { } subtree })
            {
                children.Add(subtree);
            }
            else if (node is { Type: NodeType.File, Links: > 1 })
            {
                links.Add(new(node.DeviceId, node.Inode, (long)node.Size));
            }
            else if (node.Type == NodeType.File)
            {
                bytes += (long)node.Size;
            }
        }
        trees[tree] = new(nodes.Count, bytes, [.. children], [.. links]);
    }

    /// <param name="root">A tree that was added, with all that is beneath it.</param>
    public (long Entries, long Bytes) Of(Id root)
    {
        Total total = TotalOf(root);
        return (total.Entries, total.Bytes + LinkedBytes(root));
    }

    // Children before their parents, without recursion: a tree may be thousands deep.
    private Total TotalOf(Id root)
    {
        var open = new Stack<Id>([root]);
        while (open.TryPeek(out Id tree))
        {
            Own own = trees[tree];
            List<Id> missing = [.. own.Children.Where(child => !totals.ContainsKey(child))];
            if (missing.Count > 0)
            {
                missing.ForEach(open.Push);
                continue;
            }
            open.Pop();
            totals[tree] = new(
                own.Entries + own.Children.Sum(child => totals[child].Entries),
                own.Bytes + own.Children.Sum(child => totals[child].Bytes),
                own.Links.Length > 0 || own.Children.Any(child => totals[child].HasLinks)
            );
        }
        return totals[root];
    }

    private long LinkedBytes(Id root)
    {
        long bytes = 0;
        HashSet<(ulong, ulong)> inodes = [];
        HashSet<Id> seen = [];
        var open = new Stack<Id>([root]);
        while (open.TryPop(out Id tree))
        {
            if (!totals[tree].HasLinks || !seen.Add(tree))
            {
                continue;
            }
            foreach (Link link in trees[tree].Links.Where(link => inodes.Add((link.Device, link.Inode))))
            {
                bytes += link.Bytes;
            }
            foreach (Id child in trees[tree].Children)
            {
                open.Push(child);
            }
        }
        return bytes;
    }

    private readonly record struct Link(ulong Device, ulong Inode, long Bytes);

    private sealed record Own(int Entries, long Bytes, Id[] Children, Link[] Links);

    private sealed record Total(long Entries, long Bytes, bool HasLinks);
}
