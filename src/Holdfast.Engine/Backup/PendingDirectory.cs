using Holdfast.Engine.Files;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Backup;

/// <summary>
/// A directory from being found to being stored: its entries, a place for the node of each, and a count of what is
/// still to come. Whoever brings the last stores its tree.
/// </summary>
internal sealed class PendingDirectory(PendingDirectory? parent, int slot, byte[] name)
{
    private int waiting;
    private int handleUsers;
    private long treeBytes;

    public PendingDirectory? Parent { get; } = parent;

    /// <summary>Which of the parent's entries this is.</summary>
    public int Slot { get; } = slot;
    public byte[] Name { get; } = name;

    /// <summary>Directories between this one and its target, itself included; 0 for a target and what is above it.</summary>
    public int Depth { get; private init; }

    /// <summary>Set when the operator named this directory; null beneath a target.</summary>
    public SourceDirectory? Source { get; private init; }

    /// <summary>The target that this is or lies in; null above the targets.</summary>
    public PendingDirectory? Target { get; private set; }

    public FileStatus Status { get; set; }
    public EntryAttributes Attributes { get; set; } = EntryAttributes.None;
    public IReadOnlyList<DirectoryEntry> Entries { get; private set; } = [];

    /// <summary>One for each entry; null for those left out.</summary>
    public Node?[] Nodes { get; private set; } = [];

    /// <summary>Subdirectories that the walker has not come to yet.</summary>
    public int Unvisited { get; set; }

    /// <summary>Null before it is opened, and for a root that exists in the snapshot alone; closed when nobody holds it.</summary>
    public DirectoryHandle? Handle { get; private set; }

    /// <summary>What the parent snapshot has in this directory.</summary>
    public Task<PreviousDirectory> Previous { get; set; } = Task.FromResult(PreviousDirectory.None);

    public static PendingDirectory ForSource(PendingDirectory? parent, int slot, SourceDirectory source)
    {
        var directory = new PendingDirectory(parent, slot, source.Name) { Source = source };
        directory.Target = source.IsTarget ? directory : null;
        return directory;
    }

    public PendingDirectory Child(int entry) =>
        new(this, entry, Entries[entry].Name) { Depth = Depth + 1, Target = Target };

    public void SetEntries(IReadOnlyList<DirectoryEntry> entries)
    {
        Entries = entries;
        Nodes = new Node?[entries.Count];
    }

    /// <summary>The nodes in the order of their names, for whoever stores the tree; each is let go as it is taken.</summary>
    public IEnumerable<Node> TakeNodes()
    {
        for (int index = 0; index < Nodes.Length; index++)
        {
            if (Nodes[index] is { } node)
            {
                Nodes[index] = null;
                yield return node;
            }
        }
    }

    /// <summary>Reserves room in the tree for an entry's node; false when the tree would pass the limit, in bytes.</summary>
    public bool TryReserve(Node node, long limit)
    {
        long bytes = EstimateBytes(node);
        if (Interlocked.Add(ref treeBytes, bytes) <= limit)
        {
            return true;
        }
        Interlocked.Add(ref treeBytes, -bytes);
        return false;
    }

    /// <summary>About as many as the node's JSON has; of its texts as many as they can become there.</summary>
    private static long EstimateBytes(Node node) =>
        400
        + GoText.MostBytes(node.Name)
        + GoText.MostBytes(node.LinkTarget)
        + (2L * node.LinkTarget.Length)
        + node.ExtendedAttributes.Sum(one => 30 + GoText.MostBytes(one.Name) + (2L * one.Value.Length))
        + (67L * (node.Content?.Count ?? 0));

    /// <summary>Before any part is handed out: how many calls of <see cref="FinishPart"/> will come.</summary>
    public void Expect(int parts) => waiting = parts;

    /// <returns>True for exactly one caller: nothing more is to come, store the tree.</returns>
    public bool FinishPart() => Interlocked.Decrement(ref waiting) == 0;

    /// <summary>Gives the directory its handle, or none, while nobody holds one; the caller holds it from here on.</summary>
    public void SetHandle(DirectoryHandle? handle)
    {
        Handle = handle;
        Volatile.Write(ref handleUsers, 1);
    }

    /// <summary>Holds the handle once more, on behalf of somebody to whom the caller, who holds it, gives the directory.</summary>
    public void HoldHandle() => Interlocked.Increment(ref handleUsers);

    /// <summary>Holds the handle once more, unless the last holder has closed it.</summary>
    public bool TryHoldHandle()
    {
        int users;
        do
        {
            users = Volatile.Read(ref handleUsers);
        } while (users != 0 && Interlocked.CompareExchange(ref handleUsers, users + 1, users) != users);
        return users != 0;
    }

    /// <summary>Lets go of the handle; the last closes it, unless it is the source's own.</summary>
    public void ReleaseHandle()
    {
        DirectoryHandle? held = Handle;
        if (Interlocked.Decrement(ref handleUsers) == 0 && Source is null)
        {
            held?.Dispose();
        }
    }

    /// <summary>The path in the snapshot of an entry, or of the directory itself, beginning with a slash.</summary>
    public byte[] PathOf(byte[]? entry)
    {
        List<byte[]> elements = entry is null ? [] : [entry];
        for (PendingDirectory? above = this; above?.Parent is not null; above = above.Parent)
        {
            elements.Add(above.Name);
        }
        return elements.Count == 0 ? "/"u8.ToArray() : Join(elements, withRoot: true);
    }

    /// <summary>The same for an error text.</summary>
    public string DisplayPath => System.Text.Encoding.UTF8.GetString(PathOf(null));

    /// <summary>The path that leads from the target here; empty for the target itself.</summary>
    public byte[] PathBeneathTarget()
    {
        List<byte[]> elements = [];
        for (PendingDirectory above = this; above.Depth > 0; above = above.Parent!)
        {
            elements.Add(above.Name);
        }
        return Join(elements, withRoot: false);
    }

    /// <summary>Joins the elements, which come from the last to the first.</summary>
    private static byte[] Join(List<byte[]> elements, bool withRoot)
    {
        int slashes = withRoot ? elements.Count : Math.Max(0, elements.Count - 1);
        byte[] path = new byte[elements.Sum(element => element.Length) + slashes];
        int end = path.Length;
        foreach (byte[] element in elements)
        {
            element.CopyTo(path, end -= element.Length);
            if (end > 0)
            {
                path[--end] = (byte)'/';
            }
        }
        return path;
    }
}
