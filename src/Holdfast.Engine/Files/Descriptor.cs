using System.Runtime.InteropServices;

namespace Holdfast.Engine.Files;

/// <summary>An open file descriptor. Disposing closes it once no call on another thread uses it.</summary>
public abstract class Descriptor : SafeHandle
{
    private protected Descriptor(int descriptor)
        : base(-1, ownsHandle: true) => SetHandle(descriptor);

    public override bool IsInvalid => handle < 0;

    // Read-only descriptors have nothing left to fail with; writers fsync before they close.
    protected override bool ReleaseHandle()
    {
        _ = Libc.Close(handle);
        return true;
    }

    /// <summary>The status of the open file itself, whatever its name leads to by now.</summary>
    public Errno TryStat(out FileStatus status)
    {
        int result = Libc.StatAt(this, "\0"u8, Libc.AT_EMPTY_PATH, Libc.STATX_BASIC_STATS, out Libc.Statx raw);
        status = FileStatus.From(in raw);
        return Errnos.Of(result);
    }

    /// <summary>
    /// Writes a file's content or a directory's names to the disk (fsync), and returns what went wrong with any of it
    /// since this was opened.
    /// </summary>
    public Errno TrySync() => Errnos.Of(Libc.Sync(this));
}
