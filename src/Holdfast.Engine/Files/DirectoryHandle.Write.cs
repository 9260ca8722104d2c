namespace Holdfast.Engine.Files;

// Changing what is in the directory. A new entry is its maker's alone until somebody changes its mode: whoever may
// look at it later is decided by the metadata it is then given.
public sealed partial class DirectoryHandle
{
    /// <summary>Makes an empty regular file, mode 0600, and opens it; <see cref="Errno.EEXIST"/> when the name is taken.</summary>
    public Errno TryCreateFile(ReadOnlySpan<byte> name, out WritableFile? file) => TryCreateFile(name, 0x180, out file);

    /// <param name="mode">Permission bits, of which the process's mask takes some.</param>
    /// <inheritdoc cref="TryCreateFile(ReadOnlySpan{byte}, out WritableFile?)"/>
    internal Errno TryCreateFile(ReadOnlySpan<byte> name, uint mode, out WritableFile? file)
    {
        const int flags = Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_NOFOLLOW | Libc.O_CLOEXEC;
        ReadOnlySpan<byte> path = Terminate(name, stackalloc byte[StackPath]);
        int descriptor;
        do
        {
            descriptor = Libc.OpenAt(this, path, flags, mode);
        } while (Errnos.Of(descriptor) == Errno.EINTR);
        file = descriptor < 0 ? null : new WritableFile(descriptor);
        return Errnos.Of(descriptor);
    }

    /// <summary>Opens an existing file to write into it. It may be of any type, so ask its status before writing.</summary>
    public Errno TryOpenForWriting(ReadOnlySpan<byte> name, out WritableFile? file)
    {
        Errno errno = TryOpen(name, Libc.O_WRONLY | Libc.O_NONBLOCK, out int descriptor);
        file = errno == Errno.None ? new WritableFile(descriptor) : null;
        return errno;
    }

    /// <summary>
    /// Opens a block device to write to it; <see cref="Errno.EBUSY"/> while it is mounted, or another program has it for
    /// itself. It may be of any type, so ask its status before writing.
    /// </summary>
    public Errno TryOpenDeviceForWriting(ReadOnlySpan<byte> name, out WritableFile? file)
    {
        Errno errno = TryOpen(name, Libc.O_WRONLY | Libc.O_NONBLOCK | Libc.O_EXCL, out int descriptor);
        file = errno == Errno.None ? new WritableFile(descriptor) : null;
        return errno;
    }

    /// <summary>Takes hold of the entry itself, whatever it is, without opening what it stands for.</summary>
    public Errno TryPin(ReadOnlySpan<byte> name, out PinnedEntry? entry)
    {
        Errno errno = TryOpen(name, Libc.O_PATH, out int descriptor);
        entry = errno == Errno.None ? new PinnedEntry(descriptor) : null;
        return errno;
    }

    /// <summary>Makes a directory, mode 0700.</summary>
    public Errno TryMakeDirectory(ReadOnlySpan<byte> name) =>
        Errnos.Of(Libc.MakeDirectoryAt(this, Terminate(name, stackalloc byte[StackPath]), 0x1C0));

    public Errno TryMakeSymlink(ReadOnlySpan<byte> name, ReadOnlySpan<byte> target)
    {
        ReadOnlySpan<byte> path = Terminate(name, stackalloc byte[StackPath]);
        return Errnos.Of(Libc.SymlinkAt(Terminate(target, stackalloc byte[StackPath]), this, path));
    }

    /// <summary>Makes a FIFO, socket or device node, mode 0600.</summary>
    public Errno TryMakeNode(ReadOnlySpan<byte> name, FileType type, ulong device)
    {
        ReadOnlySpan<byte> path = Terminate(name, stackalloc byte[StackPath]);
        return Errnos.Of(Libc.MakeNodeAt(this, path, ((uint)type << 12) | 0x180, device));
    }

    /// <summary>Gives the entry of the other directory a second name here; a symbolic link is linked, not followed.</summary>
    public Errno TryLink(ReadOnlySpan<byte> name, DirectoryHandle from, ReadOnlySpan<byte> entry)
    {
        ReadOnlySpan<byte> path = Terminate(name, stackalloc byte[StackPath]);
        return Errnos.Of(Libc.LinkAt(from, Terminate(entry, stackalloc byte[StackPath]), this, path, 0));
    }

    /// <summary>Moves an entry into another directory of the same file system, as <see cref="TryRename(ReadOnlySpan{byte}, ReadOnlySpan{byte})"/> does.</summary>
    public Errno TryRename(ReadOnlySpan<byte> from, DirectoryHandle into, ReadOnlySpan<byte> to)
    {
        ReadOnlySpan<byte> path = Terminate(from, stackalloc byte[StackPath]);
        return Errnos.Of(Libc.RenameAt(this, path, into, Terminate(to, stackalloc byte[StackPath])));
    }

    /// <summary>Renames within this directory, replacing what bears the new name unless it is a directory.</summary>
    public Errno TryRename(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        ReadOnlySpan<byte> path = Terminate(from, stackalloc byte[StackPath]);
        return Errnos.Of(Libc.RenameAt(this, path, this, Terminate(to, stackalloc byte[StackPath])));
    }

    /// <summary>Removes an entry that is not a directory.</summary>
    public Errno TryUnlink(ReadOnlySpan<byte> name) =>
        Errnos.Of(Libc.UnlinkAt(this, Terminate(name, stackalloc byte[StackPath]), 0));

    /// <summary>Removes an empty directory.</summary>
    public Errno TryRemoveDirectory(ReadOnlySpan<byte> name) =>
        Errnos.Of(Libc.UnlinkAt(this, Terminate(name, stackalloc byte[StackPath]), Libc.AT_REMOVEDIR));

    /// <summary>
    /// Writes everything that was written to this file system to its disk, and returns what went wrong with any of it
    /// since this directory was opened.
    /// </summary>
    public Errno TrySyncFileSystem() => Errnos.Of(Libc.SyncFileSystem(this));
}
