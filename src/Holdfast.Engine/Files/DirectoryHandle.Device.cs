namespace Holdfast.Engine.Files;

public sealed partial class DirectoryHandle
{
    /// <summary>
    /// Opens a block device to read it, if nobody has it for itself: <see cref="Errno.EBUSY"/> while it, or a part of it, is
    /// mounted, or another program has claimed it. What was opened may be of any type, so ask its status before reading.
    /// </summary>
    public Errno TryOpenUnusedDevice(ReadOnlySpan<byte> name, out FileHandle? device)
    {
        Errno errno = TryOpen(name, Libc.O_RDONLY | Libc.O_NONBLOCK | Libc.O_EXCL, out int descriptor);
        device = errno == Errno.None ? new FileHandle(descriptor) : null;
        return errno;
    }

    /// <summary>
    /// Finds the block device that a path leads to by symbolic links, which must stay beneath this directory and on its
    /// mount (<see cref="Errno.EXDEV"/>). Only where all links are those of the system itself.
    /// </summary>
    /// <param name="real">Its path from this directory, without links; the given one when that leads to no block device.</param>
    public Errno TryFollowToDevice(ReadOnlySpan<byte> path, out byte[] real)
    {
        real = path.ToArray();
        var how = new Libc.OpenHow
        {
            Flags = Libc.O_PATH | Libc.O_CLOEXEC,
            Resolve = Beneath & ~Libc.RESOLVE_NO_SYMLINKS,
        };
        ReadOnlySpan<byte> terminated = Terminate(path, stackalloc byte[StackPath]);
        int descriptor;
        Errno errno;
        do
        {
            descriptor = Libc.OpenAt2(this, terminated, in how);
            errno = Errnos.Of(descriptor);
        } while (errno == Errno.EINTR);
        if (errno != Errno.None)
        {
            return errno;
        }
        using var found = new PinnedEntry(descriptor);
        errno = found.TryStat(out FileStatus status);
        if (errno != Errno.None || status.Type != FileType.BlockDevice)
        {
            return errno;
        }
        errno = TryPin("."u8, out PinnedEntry? here);
        using (here)
        {
            byte[] from = [];
            byte[] to = [];
            errno = errno == Errno.None ? TryReadLink(here!.MagicPath.AsSpan()[..^1], out from) : errno;
            errno = errno == Errno.None ? TryReadLink(found.MagicPath.AsSpan()[..^1], out to) : errno;
            if (errno == Errno.None)
            {
                real = to.AsSpan().StartsWith(from) ? to[(from.Length + 1)..] : real;
            }
            return errno;
        }
    }
}
