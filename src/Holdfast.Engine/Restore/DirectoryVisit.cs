using Holdfast.Engine.Files;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Restore;

/// <summary>What all visits of one restore share.</summary>
/// <param name="Files">Where files go that are to be looked at and written.</param>
internal sealed record VisitShared(
    RestoreRun Run,
    TreeBlobs Trees,
    FileBatches Files,
    HardLinks HardLinks,
    SpecialNodes Specials
);

/// <summary>
/// Makes one directory after another right: removes what the backup does not have, makes directories, links and nodes,
/// and hands on the files that are not seen to be right already. One worker's own.
/// </summary>
internal sealed class DirectoryVisit : IDisposable
{
    /// <summary>A single directory may hold more files than memory does plans.</summary>
    private const int MostFound = 1024;

    private readonly VisitShared shared;
    private readonly RestoreRun run;
    private readonly TreeRemoval removal;
    private readonly DirectoryFinish finish;
    private readonly List<FilePlan> found = [];

    // A directory that this run made is opened only when something is made in it here.
    private readonly DirectoryCursor cursor;

    public DirectoryVisit(VisitShared shared)
    {
        this.shared = shared;
        run = shared.Run;
        removal = new TreeRemoval(
            run.Pool,
            (place, name, errno) => run.Tally.Fail(place, name, errno, "cannot be removed")
        );
        cursor = new DirectoryCursor(run.Pool);
        finish = new DirectoryFinish(run, cursor);
    }

    /// <returns>The directories in it that are to be visited, in the backup's order: it wrote its packs in it.</returns>
    public async Task<IReadOnlyList<PendingDirectory>> RunAsync(
        PendingDirectory directory,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<PendingDirectory> subdirectories = await VisitAsync(directory, cancellationToken);
        finish.LetGo(directory);
        return subdirectories;
    }

    public void Dispose() => cursor.Dispose();

    private async Task HandOnAsync(CancellationToken cancellationToken)
    {
        if (found.Count > 0)
        {
            await shared.Files.AddAsync(found, cancellationToken);
            found.Clear();
        }
    }

    private async Task<IReadOnlyList<PendingDirectory>> VisitAsync(
        PendingDirectory directory,
        CancellationToken cancellationToken
    )
    {
        Place place = directory.Place;
        List<Node> nodes;
        try
        {
            nodes = await directory.Load(shared.Trees, cancellationToken);
            directory.Unload();
        }
        catch (EngineError error)
            when (error is { Kind: EngineErrorKind.Damaged or EngineErrorKind.NotFound, Temporary: false })
        {
            // What it held is unknown, so nothing in it is touched.
            run.Tally.Fail(place.Parent ?? place, place.Name, EngineErrorKind.Damaged, error.Message);
            return [];
        }
        var entries = new List<DirectoryEntry>();
        if (!directory.Fresh)
        {
            Errno errno = cursor.TryMove(place, out DirectoryHandle? handle);
            errno = errno == Errno.None ? handle!.TryReadEntries(entries) : errno;
            if (errno != Errno.None)
            {
                directory.Failed = true;
                run.Tally.Fail(place.Parent ?? place, place.Name, errno, "cannot be opened");
                return [];
            }
        }
        return await MergeAsync(directory, nodes, entries, cancellationToken);
    }

    /// <summary>Both lists ascend by the bytes of their names.</summary>
    private async Task<IReadOnlyList<PendingDirectory>> MergeAsync(
        PendingDirectory directory,
        List<Node> nodes,
        List<DirectoryEntry> entries,
        CancellationToken cancellationToken
    )
    {
        var subdirectories = new List<PendingDirectory>();
        int next = 0;
        int chosen = 0;
        foreach (Node node in nodes)
        {
            int order = -1;
            while (next < entries.Count && (order = entries[next].Name.AsSpan().SequenceCompareTo(node.Name)) < 0)
            {
                RemoveExtra(directory, entries[next++], cancellationToken);
            }
            DirectoryEntry? present = next < entries.Count && order == 0 ? entries[next++] : null;
            PathSelection? inside = null;
            if (directory.Only is { } only && !only.TryFind(node.Name, out inside))
            {
                continue;
            }
            chosen++;
            if ((run.Options.DropPrivileges ? PrivilegeFilter.Apply(node, run.Tally) : node) is { } allowed)
            {
                Restore(directory, allowed, inside, present, subdirectories, cancellationToken);
                if (found.Count >= MostFound)
                {
                    await HandOnAsync(cancellationToken);
                }
            }
            else if (present is { } extra)
            {
                RemoveExtra(directory, extra, cancellationToken);
            }
        }
        for (; next < entries.Count; next++)
        {
            RemoveExtra(directory, entries[next], cancellationToken);
        }
        if (directory.Only is { } wanted && chosen < wanted.Count)
        {
            FailMissing(directory, wanted, nodes);
        }
        await HandOnAsync(cancellationToken);
        return subdirectories;
    }

    private void FailMissing(PendingDirectory directory, PathSelection wanted, List<Node> nodes)
    {
        foreach (
            byte[] name in wanted.Names.Where(name => !nodes.Exists(node => node.Name.AsSpan().SequenceEqual(name)))
        )
        {
            run.Tally.Fail(directory.Place, name, EngineErrorKind.NotFound, "is not in the backup");
        }
    }

    private void RemoveExtra(PendingDirectory directory, DirectoryEntry entry, CancellationToken cancellationToken)
    {
        if (run.Options.Exact && directory.Only is null)
        {
            Remove(directory.Place, entry, cancellationToken);
        }
    }

    private bool Remove(Place place, DirectoryEntry entry, CancellationToken cancellationToken)
    {
        long before = removal.Removed;
        bool gone = removal.Remove(place, entry, cancellationToken);
        run.Tally.AddDeleted(removal.Removed - before);
        return gone;
    }

    /// <param name="inside">What in it is restored; null for all of it.</param>
    private void Restore(
        PendingDirectory directory,
        Node node,
        PathSelection? inside,
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
        if (inside is not null && type != FileType.Directory)
        {
            const string why = "is no directory in the backup";
            run.Tally.Fail(directory.Place, node.Name, EngineErrorKind.NotFound, why);
            return;
        }
        bool exists = false;
        if (
            present is { } entry
            && !TryMakeWay(directory.Place, entry, type, inside is null, cancellationToken, out exists)
        )
        {
            return;
        }
        switch (type)
        {
            case FileType.Directory:
                AddDirectory(directory, node, inside, exists, subdirectories);
                break;
            case FileType.Regular when node is { Links: > 1, Inode: not 0 }:
                shared.HardLinks.Add(directory, node, exists);
                break;
            case FileType.Regular:
                AddFile(directory, node, exists);
                break;
            default:
                shared.Specials.Restore(directory, cursor, node, type, exists);
                break;
        }
    }

    /// <summary>Removes what has the name if it is of another type.</summary>
    /// <param name="chosen">Whether the entry itself is restored, and not only something in it.</param>
    /// <param name="exists">An entry of the type has the name.</param>
    private bool TryMakeWay(
        Place place,
        DirectoryEntry entry,
        FileType type,
        bool chosen,
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
        if (!chosen)
        {
            const string why = "is on the way to what was chosen, and is no directory any more";
            run.Tally.Fail(place, entry.Name, EngineErrorKind.Files, why);
            return false;
        }
        if (present == FileType.Directory && !run.Options.Exact)
        {
            const string why = "a directory has its name; remove that, or restore with --delete";
            run.Tally.Fail(place, entry.Name, EngineErrorKind.Files, why);
            return false;
        }
        return Remove(place, entry with { Type = present }, cancellationToken);
    }

    private void AddDirectory(
        PendingDirectory directory,
        Node node,
        PathSelection? inside,
        bool exists,
        List<PendingDirectory> subdirectories
    )
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
        Node? metadata = exists && inside is not null ? null : node;
        subdirectories.Add(PendingDirectory.In(directory, place, metadata, tree, inside, fresh: !exists));
    }

    private void AddFile(PendingDirectory directory, Node node, bool exists)
    {
        bool isRight = exists && run.TakesUnchanged && IsUnchanged(directory.Place, node);
        if (isRight)
        {
            run.Tally.AddRightFile((long)node.Size);
        }
        if (!isRight || run.Options.Verify)
        {
            directory.Hold();
            found.Add(new FilePlan(directory, node, exists) { Done = isRight });
        }
    }

    private bool IsUnchanged(Place place, Node node) =>
        cursor.TryMove(place, out DirectoryHandle? handle) == Errno.None
        && handle!.TryStat(node.Name, out FileStatus status) == Errno.None
        && status.Links == 1
        && run.IsUnchanged(node, status);

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
