using System.Threading.Channels;
using Holdfast.Engine.Files;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Restore;

/// <summary>
/// Goes through the backup's directories and the target's side by side: removes what the backup does not have, makes
/// directories, links and nodes, and hands on the files in batches. Without recursion, for depth is the tenant's choice.
/// </summary>
internal sealed class TargetWalk(
    RestoreRun run,
    TreeBlobs trees,
    ChannelWriter<List<FilePlan>> batches,
    HardLinks hardLinks
) : IDisposable
{
    private readonly PendingDirectories pending = new(trees);
    private readonly List<PendingDirectory> visited = [];
    private readonly SpecialNodes specials = new(run);
    private readonly TreeRemoval removal = new(
        run.Pool,
        (place, name, errno) => run.Tally.Fail(place, name, errno, "cannot be removed")
    );
    private readonly FilePortion portion = new();

    // A directory that this run made is opened only when something is made in it here.
    private readonly DirectoryCursor cursor = new(run.Pool);

    /// <summary>Directories whose metadata is to be set once all else is done; each before those in it.</summary>
    public IReadOnlyList<PendingDirectory> Visited => visited;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Node? root = run.Source.Directory;
        root = root is not null && run.Options.DropPrivileges ? PrivilegeFilter.Apply(root, run.Tally) : root;
        pending.Push([new PendingDirectory(run.Pool.Root, root, run.Source.Tree, fresh: false)]);
        while (pending.Pop(cancellationToken) is { } directory)
        {
            cancellationToken.ThrowIfCancellationRequested();
            visited.Add(directory);
            await VisitAsync(directory, cancellationToken);
        }
        await FlushAsync(cancellationToken);
    }

    public void Dispose() => cursor.Dispose();

    private async Task FlushAsync(CancellationToken cancellationToken) =>
        await batches.WriteAsync(portion.Take(), cancellationToken);

    private async Task VisitAsync(PendingDirectory directory, CancellationToken cancellationToken)
    {
        Place place = directory.Place;
        List<Node> nodes;
        try
        {
            nodes = await directory.Load(trees, cancellationToken);
            directory.Unload();
        }
        catch (EngineError error)
            when (error is { Kind: EngineErrorKind.Damaged or EngineErrorKind.NotFound, Temporary: false })
        {
            // What it held is unknown, so nothing in it is touched.
            run.Tally.Fail(place.Parent ?? place, place.Name, EngineErrorKind.Damaged, error.Message);
            return;
        }
        var entries = new List<DirectoryEntry>();
        if (!directory.Fresh)
        {
            Errno errno = cursor.TryMove(place, out DirectoryHandle? handle);
            errno = errno == Errno.None ? handle!.TryReadEntries(entries) : errno;
            if (errno != Errno.None)
            {
                visited.RemoveAt(visited.Count - 1);
                run.Tally.Fail(place.Parent ?? place, place.Name, errno, "cannot be opened");
                return;
            }
        }
        await MergeAsync(directory, nodes, entries, cancellationToken);
    }

    /// <summary>Both lists ascend by the bytes of their names.</summary>
    private async Task MergeAsync(
        PendingDirectory directory,
        List<Node> nodes,
        List<DirectoryEntry> entries,
        CancellationToken cancellationToken
    )
    {
        var subdirectories = new List<PendingDirectory>();
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
                Restore(directory, allowed, present, subdirectories, cancellationToken);
                // A single directory may hold more files than memory does plans.
                if (portion.IsFull)
                {
                    await FlushAsync(cancellationToken);
                }
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
        // Visited next, and in this order: the backup wrote its packs in it.
        pending.Push(subdirectories);
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
        Node node,
        DirectoryEntry? present,
        List<PendingDirectory> subdirectories,
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
        if (present is { } entry && !TryMakeWay(directory.Place, entry, type, cancellationToken, out exists))
        {
            return;
        }
        switch (type)
        {
            case FileType.Directory:
                AddDirectory(directory, node, exists, subdirectories);
                break;
            case FileType.Regular when node is { Links: > 1, Inode: not 0 }:
                hardLinks.Add(new FilePlan(directory.Place, node, directory.Fresh, exists));
                break;
            case FileType.Regular:
                portion.Add(new FilePlan(directory.Place, node, directory.Fresh, exists));
                break;
            default:
                specials.Restore(directory, cursor, node, type, exists);
                break;
        }
    }

    /// <summary>Removes what has the name if it is of another type.</summary>
    /// <param name="exists">An entry of the type has the name.</param>
    private bool TryMakeWay(
        Place place,
        DirectoryEntry entry,
        FileType type,
        CancellationToken cancellationToken,
        out bool exists
    )
    {
        FileType present = entry.Type;
        if (
            present == FileType.Unknown
            && cursor.TryMove(place, out DirectoryHandle? handle) == Errno.None
            && handle!.TryStat(entry.Name, out FileStatus status) == Errno.None
        )
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

    private void AddDirectory(PendingDirectory directory, Node node, bool exists, List<PendingDirectory> subdirectories)
    {
        if (node.Subtree is not { } tree)
        {
            const string why = "the tree does not say what it holds";
            run.Tally.Fail(directory.Place, node.Name, EngineErrorKind.Damaged, why);
            return;
        }
        var place = new Place(directory.Place, node.Name);
        Errno errno = exists ? Errno.None : TryMakeDirectory(directory.Place, node.Name);
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
        subdirectories.Add(new PendingDirectory(place, node, tree, fresh: !exists));
    }

    private Errno TryMakeDirectory(Place place, byte[] name)
    {
        Errno errno = cursor.TryMove(place, out DirectoryHandle? handle);
        return errno == Errno.None ? handle!.TryMakeDirectory(name) : errno;
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
