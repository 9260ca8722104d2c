namespace Holdfast.Engine.Files;

/// <summary>A file opened for writing. Safe for many threads: every write names its offset.</summary>
public sealed class WritableFile : Descriptor
{
    internal WritableFile(int descriptor)
        : base(descriptor) { }

    /// <summary>Writes all the bytes.</summary>
    public Errno TryWrite(long offset, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            nint written = Libc.WriteAt(this, bytes, (nuint)bytes.Length, offset);
            Errno errno = Errnos.Of(written);
            if (errno == Errno.EINTR)
            {
                continue;
            }
            if (errno != Errno.None)
            {
                return errno;
            }
            bytes = bytes[(int)written..];
            offset += written;
        }
        return Errno.None;
    }

    /// <summary>
    /// Gives this empty file all that the other holds at this moment, sharing its blocks. An error where the file system
    /// cannot (<see cref="Errnos.MeansNoSharing"/>), and then nothing was written.
    /// </summary>
    public Errno TryClone(FileHandle other) => Errnos.Of(Libc.Control(this, Libc.FICLONE, other));

    /// <summary>Cuts the file, or lets it end in a hole.</summary>
    public Errno TryTruncate(long length) => Errnos.Of(Libc.Truncate(this, length));

    /// <summary>
    /// Gives the range back to the file system, or to the device, so that it reads as zeros; the length stays.
    /// <see cref="Errno.EOPNOTSUPP"/> where they cannot. A device takes only whole sectors.
    /// </summary>
    public Errno TryPunch(long offset, long length)
    {
        const int mode = Libc.FALLOC_FL_PUNCH_HOLE | Libc.FALLOC_FL_KEEP_SIZE;
        Errno errno;
        do
        {
            errno = Errnos.Of(Libc.Allocate(this, mode, offset, length));
        } while (errno == Errno.EINTR);
        return errno;
    }
}
