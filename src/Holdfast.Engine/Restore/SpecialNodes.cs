using Holdfast.Engine.Files;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Restore;

/// <summary>
/// Restores what has no content: symbolic links, FIFOs, sockets and device nodes, hard links of them too. Safe for many
/// threads.
/// </summary>
internal sealed class SpecialNodes(RestoreRun run)
{
    private readonly Dictionary<Node, (Place Place, byte[] Name)> restored = new(SameFile.Comparer);
    private readonly Lock gate = new();

    public void Restore(PendingDirectory parent, DirectoryCursor cursor, Node node, FileType type, bool exists)
    {
        Errno errno = cursor.TryMove(parent.Place, out DirectoryHandle? directory);
        errno = errno == Errno.None ? TryRestoreOrLink(parent, directory!, node, type, exists) : errno;
        if (errno == Errno.None)
        {
            run.Tally.AddOther();
        }
        else
        {
            run.Tally.Fail(parent.Place, node.Name, errno, "cannot be made");
        }
    }

    private Errno TryRestoreOrLink(
        PendingDirectory parent,
        DirectoryHandle directory,
        Node node,
        FileType type,
        bool exists
    )
    {
        if (node is not { Links: > 1, Inode: not 0 })
        {
            return TryRestore(parent, directory, node, type, exists);
        }
        // Of one with several names the first must be there before another can be linked to it.
        lock (gate)
        {
            if (restored.TryGetValue(node, out (Place Place, byte[] Name) first))
            {
                return TryLink(directory, node.Name, first.Place, first.Name, exists);
            }
            Errno errno = TryRestore(parent, directory, node, type, exists);
            if (errno == Errno.None)
            {
                restored.Add(node, (parent.Place, node.Name));
            }
            return errno;
        }
    }

    private Errno TryLink(DirectoryHandle directory, byte[] name, Place place, byte[] first, bool exists)
    {
        Errno errno = run.Pool.TryRent(place, out DirectoryPool.Lease lease);
        using (lease)
        {
            return errno == Errno.None ? HardLinks.TryLink(directory, name, lease.Handle, first, exists) : errno;
        }
    }

    private Errno TryRestore(PendingDirectory parent, DirectoryHandle directory, Node node, FileType type, bool exists)
    {
        if (exists && !IsSame(directory, node))
        {
            Errno removed = directory.TryUnlink(node.Name);
            if (removed != Errno.None)
            {
                return removed;
            }
            exists = false;
        }
        Errno errno =
            exists ? Errno.None
            : type == FileType.Symlink ? directory.TryMakeSymlink(node.Name, node.LinkTarget)
            : directory.TryMakeNode(node.Name, type, node.Device);
        if (errno != Errno.None)
        {
            return errno;
        }
        run.BeforePin?.Invoke(node.Name);
        errno = TryPin(directory, node, type, out PinnedEntry? entry);
        using (entry)
        {
            bool isBare = !exists && parent.Fresh;
            return errno == Errno.None ? TryApply(directory, entry!, node, isBare) : errno;
        }
    }

    private static bool IsSame(DirectoryHandle directory, Node node)
    {
        // With further names it would be changed under them too, whoever's they are.
        if (directory.TryStat(node.Name, out FileStatus status) != Errno.None || status.Links != 1)
        {
            return false;
        }
        return node.Type switch
        {
            NodeType.Symlink => directory.TryReadLink(node.Name, out byte[] target) == Errno.None
                && target.AsSpan().SequenceEqual(node.LinkTarget),
            NodeType.Dev or NodeType.CharDev => status.RepresentedDevice == node.Device,
            _ => true,
        };
    }

    /// <summary>
    /// Takes hold of what was made or found right. If something else has the name by now, maybe another's file under a
    /// further name, it is not to be given an owner: <see cref="Errno.EEXIST"/>.
    /// </summary>
    private Errno TryPin(DirectoryHandle directory, Node node, FileType type, out PinnedEntry? entry)
    {
        Errno errno = directory.TryPin(node.Name, out entry);
        run.AfterOpen?.Invoke(node.Name);
        FileStatus status = default;
        uint links = 0;
        errno = errno == Errno.None ? entry!.TryStat(out status) : errno;
        errno = errno == Errno.None ? OneName.TryCount(directory, node.Name, in status, out links) : errno;
        if (errno != Errno.None)
        {
            return errno;
        }
        bool isDevice = type is FileType.BlockDevice or FileType.CharacterDevice;
        return status.Type == type && links == 1 && (!isDevice || status.RepresentedDevice == node.Device)
            ? Errno.None
            : Errno.EEXIST;
    }

    private static Errno TryApply(DirectoryHandle directory, PinnedEntry entry, Node node, bool isBare)
    {
        KnownMetadata known = FreshInode.Metadata;
        Errno errno = isBare ? Errno.None : TryRead(directory, node.Name, entry, out known);
        return errno == Errno.None ? NodeMetadata.TryApply(entry, node, known) : errno;
    }

    private static Errno TryRead(DirectoryHandle directory, byte[] name, PinnedEntry entry, out KnownMetadata known)
    {
        Errno errno = entry.TryStat(out FileStatus status);
        IReadOnlyList<ExtendedAttribute> attributes = [];
        if (errno == Errno.None)
        {
            errno = ExtendedAttributes.TryRead(directory, name, long.MaxValue, out attributes);
        }
        known = KnownMetadata.Of(status, attributes);
        return errno;
    }
}
