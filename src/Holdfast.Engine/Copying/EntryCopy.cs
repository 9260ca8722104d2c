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
    private readonly Dictionary<ulong, (FileStatus Status, Place Place, byte[] Name)> linked = [];
    private readonly byte[] buffer = new byte[Portion];
    private long done;

    /// <summary>Of what <see cref="Weight"/> counts. May be asked from any thread.</summary>
    public long Done => Volatile.Read(ref done);

    public long Files { get; private set; }
    public long LeftOut { get; private set; }
    public long Unstable { get; private set; }

    /// <inheritdoc cref="TreeCopy.AfterRead"/>
    public Action<byte[]>? AfterRead { get; set; }

    public void LeaveOut() => LeftOut++;

    /// <summary>Bytes to be read of a file: its holes are not. Of anything else none.</summary>
    public static long Weight(in FileStatus status) =>
        status.Type == FileType.Regular ? Math.Min(status.Size, (long)status.Blocks * 512) : 0;

    /// <returns>True for a directory of the source's own, which is left to the caller.</returns>
    public bool Copy(
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
            LeaveOutOrThrow(errno);
            return false;
        }
        if (status.Type == FileType.Directory)
        {
            return true;
        }
        long after = done + Weight(in status);
        CopyOther(source, targetPlace, target, name, in status, cancellationToken);
        Volatile.Write(ref done, after);
        return false;
    }

    private void CopyOther(
        DirectoryHandle source,
        Place targetPlace,
        DirectoryHandle target,
        byte[] name,
        in FileStatus status,
        CancellationToken cancellationToken
    )
    {
        // The inode alone does not say that it is the same file: another may have got it since.
        if (
            status.Links > 1
            && linked.TryGetValue(status.Inode, out (FileStatus Status, Place Place, byte[] Name) first)
            && first.Status.SameContent(in status)
        )
        {
            Demand(Link(first.Place, first.Name, target, name), targetPlace, name);
            Files += status.Type == FileType.Regular ? 1 : 0;
            return;
        }
        Errno errno =
            status.Type == FileType.Regular
                ? CopyFile(source, target, targetPlace, name, cancellationToken)
                : CopySpecial(source, target, targetPlace, name, in status);
        if (errno != Errno.None)
        {
            LeaveOutOrThrow(errno);
        }
        else if (status.Links > 1)
        {
            linked[status.Inode] = (status, targetPlace, name);
        }
    }

    /// <summary>Gives a copied directory the metadata of its original.</summary>
    public void FinishDirectory(Place sourcePlace, Place targetPlace)
    {
        EntryAttributes attributes = EntryAttributes.None;
        FileStatus status = default;
        Errno errno = from.TryRent(sourcePlace, out DirectoryPool.Lease source);
        using (source)
        {
            errno = errno == Errno.None ? source.Handle.TryStat(out status) : errno;
            attributes = errno == Errno.None ? ReadAttributes(source.Handle) : attributes;
        }
        if (errno != Errno.None)
        {
            LeaveOutOrThrow(errno);
            return;
        }
        errno = to.TryRent(targetPlace, out DirectoryPool.Lease target);
        using (target)
        {
            Node node = nodes.Directory(targetPlace.Name, in status, attributes, default);
            Demand(errno == Errno.None ? Apply(target.Handle, node) : errno, targetPlace, []);
        }
    }

    /// <summary>As in a backup: one entry that cannot be read keeps nobody from the others; a want of resources does.</summary>
    public void LeaveOutOrThrow(Errno errno)
    {
        LeftOut++;
        if (errno.IsExhaustion())
        {
            throw errno.ToError(
                "The copy ran short of file descriptors or memory",
                "Raise the process's limits.",
                publicly: "The copy ran short of file descriptors or memory"
            );
        }
    }

    /// <returns>
    /// Why the original cannot be read, and then nothing is left of the copy; a copy that cannot be written is thrown.
    /// </returns>
    private Errno CopyFile(
        DirectoryHandle source,
        DirectoryHandle target,
        Place place,
        byte[] name,
        CancellationToken cancellationToken
    )
    {
        FileStatus status = default;
        Errno errno = source.TryOpenFile(name, out FileHandle? original);
        using (original)
        {
            errno = errno == Errno.None ? original!.TryStat(out status) : errno;
            errno = errno == Errno.None && status.Type != FileType.Regular ? Errno.ESTALE : errno;
            if (errno != Errno.None)
            {
                return errno;
            }
            Demand(target.TryCreateFile(name, out WritableFile? copy), place, name);
            using (copy)
            {
                errno = Fill(original!, copy!, ref status, place, name, cancellationToken);
                if (errno == Errno.None)
                {
                    Node node = nodes.File(name, in status, ReadAttributes(original!), [], status.Size);
                    Demand(Apply(copy!, node), place, name);
                    Files++;
                    return Errno.None;
                }
            }
            Demand(target.TryUnlink(name), place, name);
            return errno;
        }
    }

    /// <param name="status">That of before the reading that the copy is of.</param>
    /// <inheritdoc cref="CopyFile"/>
    private Errno Fill(
        FileHandle original,
        WritableFile copy,
        ref FileStatus status,
        Place place,
        byte[] name,
        CancellationToken cancellationToken
    )
    {
        Errno errno = copy.TryClone(original);
        if (errno is Errno.None or Errno.ENOSPC or Errno.EDQUOT or Errno.EROFS)
        {
            Demand(errno, place, name);
            return Errno.None;
        }
        // The call does not say which of the two files is to blame: reading the one and writing the other will.
        for (int attempt = 1; ; attempt++)
        {
            Demand(copy.TryTruncate(0), place, name);
            errno = CopyData(original, copy, status.Size, place, name, out long length, cancellationToken);
            AfterRead?.Invoke(name);
            FileStatus after = default;
            errno = errno == Errno.None ? original.TryStat(out after) : errno;
            if (errno != Errno.None)
            {
                return errno;
            }
            bool isStable = length == status.Size && after.SameContent(in status);
            if (isStable || attempt == Limits.ReadAttempts)
            {
                Unstable += isStable ? 0 : 1;
                // What was cut off is no hole.
                Demand(copy.TryTruncate(Math.Min(length, after.Size)), place, name);
                return Errno.None;
            }
            status = after;
        }
    }

    /// <param name="length">How far the original went: less than its size when somebody has cut it meanwhile.</param>
    private Errno CopyData(
        FileHandle original,
        WritableFile copy,
        long size,
        Place place,
        byte[] name,
        out long length,
        CancellationToken cancellationToken
    )
    {
        length = size;
        for (long offset = original.NextData(0); offset < size; offset = original.NextData(offset))
        {
            long end = Math.Min(original.NextHole(offset), size);
            while (offset < end)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Span<byte> part = buffer.AsSpan(0, (int)Math.Min(Portion, end - offset));
                Errno errno = original.TryRead(offset, part, out int read);
                if (errno != Errno.None)
                {
                    return errno;
                }
                Demand(copy.TryWrite(offset, part[..read]), place, name);
                offset += read;
                Volatile.Write(ref done, done + read);
                if (read < part.Length)
                {
                    length = offset;
                    return Errno.None;
                }
            }
        }
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
            errno = ExtendedAttributes.TryRead(source, name, Limits.MaxAttributeBytes, out var attributes);
            Node node = nodes.Special(name, in status, Attributes(errno, attributes), link);
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

    private EntryAttributes ReadAttributes(Descriptor file)
    {
        Errno errno = ExtendedAttributes.TryRead(file, Limits.MaxAttributeBytes, out var attributes);
        return Attributes(errno, attributes);
    }

    /// <summary>An entry whose attributes cannot be had is copied without them.</summary>
    private EntryAttributes Attributes(Errno errno, IReadOnlyList<ExtendedAttribute> attributes)
    {
        if (errno != Errno.None)
        {
            LeaveOutOrThrow(errno);
            return new EntryAttributes([], IsWhole: false);
        }
        return new EntryAttributes(attributes, IsWhole: true);
    }

    private static Errno Apply(Descriptor made, Node node) => NodeMetadata.TryApply(made, node, FreshInode.Metadata);

    private static void Demand(Errno errno, Place place, byte[] name)
    {
        if (errno != Errno.None)
        {
            throw CopyErrors.ToWriteError(errno, $"{place.PathOf(name)} cannot be written to the copy");
        }
    }
}
