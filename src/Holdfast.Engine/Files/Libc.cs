using System.Runtime.InteropServices;

namespace Holdfast.Engine.Files;

/// <summary>
/// The C library's calls for reading a tree by descriptor. Every one leaves errno for
/// <see cref="Errnos.Of"/>. Flag values are Linux's on x86-64. Strings end with a zero byte.
/// </summary>
internal static partial class Libc
{
    private const string Library = "libc";

    public const int O_RDONLY = 0;
    public const int O_NONBLOCK = 0x800;
    public const int O_DIRECTORY = 0x10000;
    public const int O_NOFOLLOW = 0x20000;
    public const int O_NOATIME = 0x40000;
    public const int O_CLOEXEC = 0x80000;
    public const int O_PATH = 0x200000;

    public const ulong RESOLVE_NO_XDEV = 0x01;
    public const ulong RESOLVE_NO_MAGICLINKS = 0x02;
    public const ulong RESOLVE_NO_SYMLINKS = 0x04;
    public const ulong RESOLVE_BENEATH = 0x08;

    public const int AT_FDCWD = -100;
    public const int AT_EACCESS = 0x200;
    public const int W_OK = 2;
    public const int X_OK = 1;
    public const int AT_SYMLINK_NOFOLLOW = 0x100;
    public const int AT_NO_AUTOMOUNT = 0x800;
    public const int AT_EMPTY_PATH = 0x1000;

    public const uint STATX_BASIC_STATS = 0x7ff;
    public const ulong STATX_ATTR_MOUNT_ROOT = 0x2000;

    public const int SEEK_SET = 0;
    public const int SEEK_DATA = 3;
    public const int SEEK_HOLE = 4;

    public const int POSIX_FADV_SEQUENTIAL = 2;
    public const int POSIX_FADV_DONTNEED = 4;

    private const long SYS_openat2 = 437;

    [StructLayout(LayoutKind.Sequential)]
    internal struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct StatxTime
    {
        public long Seconds;
        public uint Nanoseconds;
        private readonly int reserved;
    }

    [StructLayout(LayoutKind.Sequential, Size = 256)]
    internal struct Statx
    {
        public uint Mask;
        public uint BlockSize;
        public ulong Attributes;
        public uint Links;
        public uint Uid;
        public uint Gid;
        public ushort Mode;
        private readonly ushort spare;
        public ulong Inode;
        public ulong Size;
        public ulong Blocks;
        public ulong AttributesMask;
        public StatxTime AccessTime;
        public StatxTime BirthTime;
        public StatxTime ChangeTime;
        public StatxTime ModifyTime;
        public uint RdevMajor;
        public uint RdevMinor;
        public uint DeviceMajor;
        public uint DeviceMinor;
    }

    /// <summary>openat2(2), for which this C library has no function of its own. Returns a descriptor.</summary>
    public static int OpenAt2(SafeHandle directory, ReadOnlySpan<byte> path, in OpenHow how) =>
        (int)Syscall(SYS_openat2, directory, path, in how, (nuint)Marshal.SizeOf<OpenHow>());

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Syscall(
        long number,
        SafeHandle directory,
        ReadOnlySpan<byte> path,
        in OpenHow how,
        nuint size
    );

    [LibraryImport(Library, EntryPoint = "openat", SetLastError = true)]
    public static partial int OpenAt(int directory, ReadOnlySpan<byte> path, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(nint descriptor);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true)]
    public static partial int StatAt(
        SafeHandle directory,
        ReadOnlySpan<byte> path,
        int flags,
        uint mask,
        out Statx status
    );

    [LibraryImport(Library, EntryPoint = "getdents64", SetLastError = true)]
    public static partial nint GetDirectoryEntries(SafeHandle directory, Span<byte> buffer, nuint length);

    [LibraryImport(Library, EntryPoint = "readlinkat", SetLastError = true)]
    public static partial nint ReadLinkAt(
        SafeHandle directory,
        ReadOnlySpan<byte> path,
        Span<byte> buffer,
        nuint length
    );

    [LibraryImport(Library, EntryPoint = "faccessat", SetLastError = true)]
    public static partial int AccessAt(SafeHandle directory, ReadOnlySpan<byte> path, int mode, int flags);

    [LibraryImport(Library, EntryPoint = "pread64", SetLastError = true)]
    public static partial nint ReadAt(SafeHandle file, Span<byte> buffer, nuint length, long offset);

    [LibraryImport(Library, EntryPoint = "lseek64", SetLastError = true)]
    public static partial long Seek(SafeHandle file, long offset, int whence);

    /// <summary>Returns the error number itself.</summary>
    [LibraryImport(Library, EntryPoint = "posix_fadvise64")]
    public static partial int Advise(SafeHandle file, long offset, long length, int advice);

    [LibraryImport(Library, EntryPoint = "flistxattr", SetLastError = true)]
    public static partial nint ListAttributes(SafeHandle file, Span<byte> list, nuint length);

    [LibraryImport(Library, EntryPoint = "fgetxattr", SetLastError = true)]
    public static partial nint GetAttribute(SafeHandle file, ReadOnlySpan<byte> name, Span<byte> value, nuint length);

    [LibraryImport(Library, EntryPoint = "llistxattr", SetLastError = true)]
    public static partial nint ListLinkAttributes(ReadOnlySpan<byte> path, Span<byte> list, nuint length);

    [LibraryImport(Library, EntryPoint = "lgetxattr", SetLastError = true)]
    public static partial nint GetLinkAttribute(
        ReadOnlySpan<byte> path,
        ReadOnlySpan<byte> name,
        Span<byte> value,
        nuint length
    );

    /// <summary>Returns the error number itself. <paramref name="entry"/> begins with the pointer to the name.</summary>
    [LibraryImport(Library, EntryPoint = "getpwuid_r")]
    public static unsafe partial int GetUser(uint uid, Span<nint> entry, byte* buffer, nuint length, out nint found);

    /// <summary>Returns the error number itself. <paramref name="entry"/> begins with the pointer to the name.</summary>
    [LibraryImport(Library, EntryPoint = "getgrgid_r")]
    public static unsafe partial int GetGroup(uint gid, Span<nint> entry, byte* buffer, nuint length, out nint found);
}
