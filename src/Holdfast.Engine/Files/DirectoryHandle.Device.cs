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
}
