using Holdfast.Engine.Backup;
using Holdfast.Engine.Files;
using Holdfast.Engine.Restore;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Copying;

/// <summary>Copies single entries of directories that are open, and remembers which inodes it has seen.</summary>
internal sealed class EntryCopy(DirectoryPool from, DirectoryPool to)
{
    /// <summary>Bytes copied between two looks whether to stop.</summary>
    private const int Portion = 1 << 20;

    /// <summary>Of a backup: what it would not take, a copy does not either.</summary>
    private static readonly BackupOptions Limits = new();

    private readonly NodeFactory nodes = new(Limits);
    private readonly Dictionary<ulong, (Place Place, byte[] Name)> linked = [];
    private readonly byte[] buffer = new byte[Portion];

    public long Files { get; private set; }
    public long LeftOut { get; private set; }

    public void LeaveOut() => LeftOut++;

    /// <returns>True for a directory of the source's own, which is left to the caller.</returns>
    public bool Copy(
        Place sourcePlace,
        DirectoryHandle source,
        Place targetPlace,
        DirectoryHandle target,
        byte[] name,
        CancellationToken cancellationToken
    )
    {
        Errno errno = source.TryStat(name, out FileStatus status);
        bool isElsewhere = status.IsMountRoot || status.Device != from.Device;
        if (errno != Errno.None || isElsewhere || status.Type == FileType.Socket)
        {
            LeaveOutOrThrow(errno, sourcePlace, name);
            return false;
        }
        if (status.Type == FileType.Directory)
        {
            return true;
        }
        if (status.Links > 1 && linked.TryGetValue(status.Inode, out (Place Place, byte[] Name) first))
        {
            Demand(Link(first.Place, first.Name, target, name), targetPlace, name);
            Files += status.Type == FileType.Regular ? 1 : 0;
            return false;
        }
        errno =
            status.Type == FileType.Regular
                ? CopyFile(source, target, targetPlace, name, cancellationToken)
                : CopySpecial(source, target, targetPlace, name, in status);
        if (errno != Errno.None)
        {
            LeaveOutOrThrow(errno, sourcePlace, name);
        }
        else if (status.Links > 1)
        {
            linked.Add(status.Inode, (targetPlace, name));
        }
        return false;
    }

    /// <summary>Gives a copied directory the metadata of its original.</summary>
    public void FinishDirectory(Place sourcePlace, Place targetPlace)
    {
        IReadOnlyList<ExtendedAttribute> attributes = [];
        FileStatus status = default;
        Errno errno = from.TryRent(sourcePlace, out DirectoryPool.Lease source);
        using (source)
        {
            errno = errno == Errno.None ? source.Handle.TryStat(out status) : errno;
            errno = errno == Errno.None ? ReadAttributes(source.Handle, out attributes) : errno;
        }
        if (errno != Errno.None)
        {
            LeaveOutOrThrow(errno, sourcePlace, []);
            return;
        }
        errno = to.TryRent(targetPlace, out DirectoryPool.Lease target);
        using (target)
        {
            Node node = nodes.Directory(targetPlace.Name, in status, new EntryAttributes(attributes, true), default);
            Demand(errno == Errno.None ? Apply(target.Handle, node) : errno, targetPlace, []);
        }
    }

    /// <summary>What vanished meanwhile, or became something else, is no fault of the copy; everything else is.</summary>
    public void LeaveOutOrThrow(Errno errno, Place place, byte[] name)
    {
        bool isLost = errno is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP or Errno.ESTALE or Errno.EXDEV;
        LeftOut++;
        if (errno != Errno.None && !isLost)
        {
            throw errno.ToError($"{place.PathOf(name)} of the share cannot be copied");
        }
    }

    /// <returns>Why the original cannot be read; a copy that cannot be written is thrown.</returns>
    private Errno CopyFile(
        DirectoryHandle source,
        DirectoryHandle target,
        Place place,
        byte[] name,
        CancellationToken cancellationToken
    )
    {
        FileStatus status = default;
        IReadOnlyList<ExtendedAttribute> attributes = [];
        Errno errno = source.TryOpenFile(name, out FileHandle? original);
        using (original)
        {
            errno = errno == Errno.None ? original!.TryStat(out status) : errno;
            errno = errno == Errno.None && status.Type != FileType.Regular ? Errno.ESTALE : errno;
            errno = errno == Errno.None ? ReadAttributes(original!, out attributes) : errno;
            if (errno != Errno.None)
            {
                return errno;
            }
            Demand(target.TryCreateFile(name, out WritableFile? copy), place, name);
            using (copy)
            {
                if (copy!.TryClone(original!) != Errno.None)
                {
                    errno = CopyData(original!, copy, status.Size, place, name, cancellationToken);
                }
                Node node = nodes.File(name, in status, new EntryAttributes(attributes, true), [], status.Size);
                Demand(Apply(copy, node), place, name);
            }
            Files++;
            return errno;
        }
    }

    private Errno CopyData(
        FileHandle original,
        WritableFile copy,
        long size,
        Place place,
        byte[] name,
        CancellationToken cancellationToken
    )
    {
        for (long offset = original.NextData(0); offset < size; offset = original.NextData(offset))
        {
            long end = Math.Min(original.NextHole(offset), size);
            while (offset < end)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Span<byte> part = buffer.AsSpan(0, (int)Math.Min(Portion, end - offset));
                Errno errno = original.TryRead(offset, part, out int length);
                if (errno != Errno.None)
                {
                    return errno;
                }
                Demand(copy.TryWrite(offset, part[..length]), place, name);
                offset += length;
                if (length < part.Length)
                {
                    // Somebody has cut it meanwhile.
                    return Errno.None;
                }
            }
        }
        Demand(copy.TryTruncate(size), place, name);
        return Errno.None;
    }

    /// <inheritdoc cref="CopyFile"/>
    private Errno CopySpecial(
        DirectoryHandle source,
        DirectoryHandle target,
        Place place,
        byte[] name,
        in FileStatus status
    )
    {
        byte[] link = [];
        Errno errno = status.Type == FileType.Symlink ? source.TryReadLink(name, out link) : Errno.None;
        IReadOnlyList<ExtendedAttribute> attributes = [];
        errno =
            errno == Errno.None
                ? ExtendedAttributes.TryRead(source, name, Limits.MaxAttributeBytes, out attributes)
                : errno;
        if (errno != Errno.None)
        {
            return errno;
        }
        Demand(
            status.Type == FileType.Symlink
                ? target.TryMakeSymlink(name, link)
                : target.TryMakeNode(name, status.Type, status.RepresentedDevice),
            place,
            name
        );
        Demand(target.TryPin(name, out PinnedEntry? made), place, name);
        using (made)
        {
            Node node = nodes.Special(name, in status, new EntryAttributes(attributes, true), link);
            Demand(Apply(made!, node), place, name);
        }
        return Errno.None;
    }

    private Errno Link(Place place, byte[] first, DirectoryHandle target, byte[] name)
    {
        Errno errno = to.TryRent(place, out DirectoryPool.Lease lease);
        using (lease)
        {
            return errno == Errno.None ? target.TryLink(name, lease.Handle, first) : errno;
        }
    }

    private static Errno ReadAttributes(Descriptor file, out IReadOnlyList<ExtendedAttribute> attributes) =>
        ExtendedAttributes.TryRead(file, Limits.MaxAttributeBytes, out attributes);

    private static Errno Apply(Descriptor made, Node node) => NodeMetadata.TryApply(made, node, FreshInode.Metadata);

    private static void Demand(Errno errno, Place place, byte[] name)
    {
        if (errno != Errno.None)
        {
            throw errno.ToError(
                $"{place.PathOf(name)} cannot be written to the copy",
                "Check the space of the share root."
            );
        }
    }
}
