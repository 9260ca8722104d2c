namespace Holdfast.Engine.Files;

/// <summary>A file opened for reading. Safe for many threads: every read names its offset.</summary>
public sealed partial class FileHandle : Descriptor
{
    internal FileHandle(int descriptor)
        : base(descriptor) { }

    /// <summary>Reads until the buffer is full or the file ends; fewer bytes than asked for mean the end.</summary>
    public Errno TryRead(long offset, Span<byte> buffer, out int length) =>
        TryRead(offset, buffer, int.MaxValue, out length);

    /// <summary>
    /// Reads the file from its begin. Where it has as many bytes as expected, no second call asks whether there are more:
    /// a buffer that is longer than that has told.
    /// </summary>
    public Errno TryReadAll(Span<byte> buffer, int expected, out int length) =>
        TryRead(0, buffer, expected, out length);

    private Errno TryRead(long offset, Span<byte> buffer, int enough, out int length)
    {
        length = 0;
        while (length < buffer.Length && (length == 0 || length != enough))
        {
            Span<byte> rest = buffer[length..];
            nint read = Libc.ReadAt(this, rest, (nuint)rest.Length, offset + length);
            Errno errno = Errnos.Of(read);
            if (errno is Errno.None && read > 0)
            {
                length += (int)read;
            }
            else if (errno != Errno.EINTR)
            {
                return errno;
            }
        }
        return Errno.None;
    }

    /// <summary>
    /// Where the next data begins at or after the offset; <see cref="long.MaxValue"/> when only a hole follows. A file
    /// system that knows no holes answers the offset itself.
    /// </summary>
    public long NextData(long offset)
    {
        long position = Libc.Seek(this, offset, Libc.SEEK_DATA);
        return Errnos.Of((nint)position) switch
        {
            Errno.None => position,
            Errno.ENXIO => long.MaxValue,
            _ => offset,
        };
    }

    /// <summary>Where the next hole begins at or after the offset; the file's end counts as one.</summary>
    public long NextHole(long offset)
    {
        long position = Libc.Seek(this, offset, Libc.SEEK_HOLE);
        return Errnos.Of((nint)position) == Errno.None ? position : long.MaxValue;
    }

    /// <summary>Bytes of the block device that this is; its status has no size.</summary>
    public Errno TryReadDeviceSize(out long size)
    {
        int result = Libc.Ask(this, Libc.BLKGETSIZE64, out ulong bytes);
        size = (long)bytes;
        return Errnos.Of(result);
    }

    /// <summary>
    /// Whether it lies where a block that files share is never overwritten, and its address (FIEMAP) is where it lies.
    /// </summary>
    public bool IsOnXfsOrBtrfs =>
        Libc.StatFileSystem(this, out Libc.StatFs status) == 0
        && status.Type is Libc.XFS_SUPER_MAGIC or Libc.BTRFS_SUPER_MAGIC;

    /// <summary>
    /// Lets reads of this block device find what is on it now: the kernel's cache of it does not see what was written past
    /// it, by another machine or by the device beneath.
    /// </summary>
    public Errno TryDropDeviceCache()
    {
        Errno errno = Errnos.Of(Libc.Control(this, Libc.BLKFLSBUF, 0));
        if (errno is not (Errno.EACCES or Errno.EPERM))
        {
            return errno;
        }
        // Only root may. Whoever may read it may give up its clean pages.
        return (Errno)Libc.Advise(this, 0, 0, Libc.POSIX_FADV_DONTNEED);
    }

    /// <summary>Lets reads find what is on the disk: the kernel gives up what it has of this file in memory and is written there. Only ever a hint.</summary>
    public void DropCache() => _ = Libc.Advise(this, 0, 0, Libc.POSIX_FADV_DONTNEED);

    /// <summary>Tells the kernel to read far ahead. Only ever a hint.</summary>
    public void ExpectSequentialReads() => _ = Libc.Advise(this, 0, 0, Libc.POSIX_FADV_SEQUENTIAL);
}
