using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Core;

/// <summary>The C library's calls that this floor needs and the runtime lacks.</summary>
internal static partial class Libc
{
    private const int O_RDONLY = 0;
    private const int O_DIRECTORY = 0x10000;
    private const int O_CLOEXEC = 0x80000;
    private const int AT_FDCWD = -100;
    private const uint STATX_BASIC_STATS = 0x7ff;
    private const int ENOENT = 2;
    private const int EEXIST = 17;
    private const int ENOTDIR = 20;

    /// <summary>Makes the file's content durable.</summary>
    /// <exception cref="IOException">The disk did not take it.</exception>
    public static void Sync(SafeFileHandle file, string path)
    {
        if (FSync(file) != 0)
        {
            throw Failed("fsync", path);
        }
    }

    /// <summary>Makes what was named in the directory durable.</summary>
    /// <exception cref="IOException">The disk did not take it.</exception>
    public static void SyncDirectory(string path)
    {
        using SafeFileHandle directory = new(Open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), ownsHandle: true);
        if (directory.IsInvalid)
        {
            throw Failed("open", path);
        }
        Sync(directory, path);
    }

    /// <summary>Gives the file a second name.</summary>
    /// <returns>False when the name is taken.</returns>
    /// <exception cref="IOException">Any other failure.</exception>
    public static bool TryLink(string from, string to)
    {
        if (Link(from, to) == 0)
        {
            return true;
        }
        return Marshal.GetLastPInvokeError() == EEXIST ? false : throw Failed("link", to);
    }

    /// <returns>What a path leads to; null when there is nothing.</returns>
    /// <exception cref="IOException">Nobody could say.</exception>
    public static unsafe FileStamp? TryStamp(string path)
    {
        byte* status = stackalloc byte[256];
        if (StatX(AT_FDCWD, path, 0, STATX_BASIC_STATS, status) == 0)
        {
            return new FileStamp(
                Mode: *(ushort*)(status + 28),
                Inode: *(ulong*)(status + 32),
                Size: *(long*)(status + 40),
                Changed: FileStamp.TimeOf(*(long*)(status + 96), *(uint*)(status + 104)),
                Modified: (*(long*)(status + 112), *(uint*)(status + 120)),
                Device: *(ulong*)(status + 136)
            );
        }
        return Marshal.GetLastPInvokeError() is ENOENT or ENOTDIR ? null : throw Failed("statx", path);
    }

    private static IOException Failed(string call, string path) =>
        new($"{call} of {path} failed: {Marshal.GetLastPInvokeErrorMessage()}.");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int StatX(int directory, string path, int flags, uint mask, byte* status);
}
