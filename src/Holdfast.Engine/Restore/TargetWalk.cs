using System.Threading.Channels;
using Holdfast.Engine.Files;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Restore;

/// <summary>
/// Goes through the backup's directories and the target's side by side: removes what the backup does not have, makes
/// directories, links and nodes, and hands on the files in batches. Without recursion, for depth is the tenant's choice.
/// </summary>
internal sealed class TargetWalk(RestoreRun run, ChannelWriter<List<FilePlan>> batches, HardLinks hardLinks)
{
    /// <summary>A batch is what is planned at once: large enough that a pack is rarely read for two of them.</summary>
    private const int BatchFiles = 16 * 1024;

    /// <summary>A piece is about 100 bytes of memory.</summary>
    private const int BatchBlobs = 256 * 1024;

    /// <summary>Trees loaded before they are needed; what hides a remote store's latency.</summary>
    private const int TreesAhead = 16;

    private readonly List<PendingDirectory> pending = [];
    private readonly List<PendingDirectory> visited = [];
    private readonly SpecialNodes specials = new(run);
    private readonly TreeRemoval removal = new(
        run.Pool,
        (place, name, errno) => run.Tally.Fail(place, name, errno, "cannot be removed")
    );
    private List<FilePlan> batch = [];
    private int blobs;

    /// <summary>Directories whose metadata is to be set once all else is done; each before those in it.</summary>
    public IReadOnlyList<PendingDirectory> Visited => visited;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Node? root = run.Source.Directory;
        root = root is not null && run.Options.DropPrivileges ? PrivilegeFilter.Apply(root, run.Tally) : root;
        pending.Add(new PendingDirectory(run.Pool.Root, root, run.Source.Tree, fresh: false));
        while (pending.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (int i = pending.Count - 1; i >= 0 && i >= pending.Count - TreesAhead; i--)
            {
                _ = pending[i].Load(run.Repository, cancellationToken);
            }
            PendingDirectory directory = pending[^1];
            pending.RemoveAt(pending.Count - 1);
            visited.Add(directory);
            await VisitAsync(directory, cancellationToken);
            if (batch.Count >= BatchFiles || blobs >= BatchBlobs)
            {
                await FlushAsync(cancellationToken);
            }
        }
        await FlushAsync(cancellationToken);
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        await batches.WriteAsync(batch, cancellationToken);
        batch = [];
        blobs = 0;
    }

    private async Task VisitAsync(PendingDirectory directory, CancellationToken cancellationToken)
    {
        Place place = directory.Place;
        List<Node> nodes;
        try
        {
            nodes = await directory.Load(run.Repository, cancellationToken);
            directory.Unload();
        }
        catch (EngineError error)
            when (error is { Kind: EngineErrorKind.Damaged or EngineErrorKind.NotFound, Temporary: false })
        {
            // What it held is unknown, so nothing in it is touched.
            run.Tally.Fail(place.Parent ?? place, place.Name, EngineErrorKind.Damaged, error.Message);
            return;
        }
        Errno errno = run.Pool.TryRent(place, out DirectoryPool.Lease lease);
        using (lease)
        {
            var entries = new List<DirectoryEntry>();
            if (errno == Errno.None && !directory.Fresh)
            {
                errno = lease.Handle.TryReadEntries(entries);
            }
            if (errno != Errno.None)
            {
                visited.RemoveAt(visited.Count - 1);
                run.Tally.Fail(place.Parent ?? place, place.Name, errno, "cannot be opened");
                return;
            }
            Merge(directory, lease.Handle, nodes, entries, cancellationToken);
        }
    }

    /// <summary>Both lists ascend by the bytes of their names.</summary>
    private void Merge(
        PendingDirectory directory,
        DirectoryHandle handle,
        List<Node> nodes,
        List<DirectoryEntry> entries,
        CancellationToken cancellationToken
    )
    {
        int below = pending.Count;
        int next = 0;
        foreach (Node node in nodes)
        {
            int order = -1;
            while (next < entries.Count && (order = entries[next].Name.AsSpan().SequenceCompareTo(node.Name)) < 0)
            {
                RemoveExtra(directory.Place, entries[next++], cancellationToken);
            }
            DirectoryEntry? present = next < entries.Count && order == 0 ? entries[next++] : null;
            if ((run.Options.DropPrivileges ? PrivilegeFilter.Apply(node, run.Tally) : node) is { } allowed)
            {
                Restore(directory, handle, allowed, present, cancellationToken);
            }
            else if (present is { } extra)
            {
                RemoveExtra(directory.Place, extra, cancellationToken);
            }
        }
        for (; next < entries.Count; next++)
        {
            RemoveExtra(directory.Place, entries[next], cancellationToken);
        }
        // The last one added is visited next: the backup wrote its packs in this order.
        pending.Reverse(below, pending.Count - below);
    }

    private void RemoveExtra(Place place, DirectoryEntry entry, CancellationToken cancellationToken)
    {
        if (run.Options.Exact)
        {
            Remove(place, entry, cancellationToken);
        }
    }

    private bool Remove(Place place, DirectoryEntry entry, CancellationToken cancellationToken)
    {
        long before = removal.Removed;
        bool gone = removal.Remove(place, entry, cancellationToken);
        run.Tally.AddDeleted(removal.Removed - before);
        return gone;
    }

    private void Restore(
        PendingDirectory directory,
        DirectoryHandle handle,
        Node node,
        DirectoryEntry? present,
        CancellationToken cancellationToken
    )
    {
        if (TypeOf(node.Type) is not { } type)
        {
            const string why = "the tree says that it is of a type that this version does not know";
            run.Tally.Fail(directory.Place, node.Name, EngineErrorKind.Damaged, why);
            return;
        }
        bool exists = false;
        if (present is { } entry && !TryMakeWay(directory.Place, handle, entry, type, cancellationToken, out exists))
        {
            return;
        }
        switch (type)
        {
            case FileType.Directory:
                AddDirectory(directory, handle, node, exists);
                break;
            case FileType.Regular when node is { Links: > 1, Inode: not 0 }:
                hardLinks.Add(new FilePlan(directory.Place, node, directory.Fresh, exists));
                break;
            case FileType.Regular:
                batch.Add(new FilePlan(directory.Place, node, directory.Fresh, exists));
                blobs += node.Content?.Count ?? 0;
                break;
            default:
                specials.Restore(directory, handle, node, type, exists);
                break;
        }
    }

    /// <summary>Removes what has the name if it is of another type.</summary>
    /// <param name="exists">An entry of the type has the name.</param>
    private bool TryMakeWay(
        Place place,
        DirectoryHandle handle,
        DirectoryEntry entry,
        FileType type,
        CancellationToken cancellationToken,
        out bool exists
    )
    {
        FileType present = entry.Type;
        if (present == FileType.Unknown && handle.TryStat(entry.Name, out FileStatus status) == Errno.None)
        {
            present = status.Type;
        }
        exists = present == type;
        if (exists)
        {
            return true;
        }
        if (present == FileType.Directory && !run.Options.Exact)
        {
            const string why = "a directory has its name; remove that, or restore with --delete";
            run.Tally.Fail(place, entry.Name, EngineErrorKind.Files, why);
            return false;
        }
        return Remove(place, entry with { Type = present }, cancellationToken);
    }

    private void AddDirectory(PendingDirectory directory, DirectoryHandle handle, Node node, bool exists)
    {
        if (node.Subtree is not { } tree)
        {
            const string why = "the tree does not say what it holds";
            run.Tally.Fail(directory.Place, node.Name, EngineErrorKind.Damaged, why);
            return;
        }
        var place = new Place(directory.Place, node.Name);
        Errno errno = exists ? Errno.None : handle.TryMakeDirectory(node.Name);
        if (errno == Errno.None && !exists && !directory.Fresh)
        {
            errno = run.Pool.TryRent(place, out DirectoryPool.Lease lease);
            using (lease)
            {
                errno = errno == Errno.None ? FreshInode.TryDisinherit(lease.Handle) : errno;
            }
        }
        if (errno != Errno.None)
        {
            run.Tally.Fail(directory.Place, node.Name, errno, "cannot be made");
            return;
        }
        pending.Add(new PendingDirectory(place, node, tree, fresh: !exists));
    }

    private static FileType? TypeOf(NodeType type) =>
        type switch
        {
            NodeType.File => FileType.Regular,
            NodeType.Dir => FileType.Directory,
            NodeType.Symlink => FileType.Symlink,
            NodeType.Dev => FileType.BlockDevice,
            NodeType.CharDev => FileType.CharacterDevice,
            NodeType.Fifo => FileType.Fifo,
            NodeType.Socket => FileType.Socket,
            _ => null,
        };
}
