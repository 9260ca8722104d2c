using System.Runtime.InteropServices;

namespace Holdfast.Engine.Files;

/// <summary>The C library's calls for writing beneath a directory by descriptor.</summary>
internal static partial class Libc
{
    public const int O_WRONLY = 1;
    public const int O_CREAT = 0x40;
    public const int O_EXCL = 0x80;

    public const int AT_REMOVEDIR = 0x200;

    public const int FALLOC_FL_KEEP_SIZE = 1;
    public const int FALLOC_FL_PUNCH_HOLE = 2;

    /// <summary>struct timespec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    [LibraryImport(Library, EntryPoint = "openat", SetLastError = true)]
    public static partial int OpenAt(SafeHandle directory, ReadOnlySpan<byte> path, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "mkdirat", SetLastError = true)]
    public static partial int MakeDirectoryAt(SafeHandle directory, ReadOnlySpan<byte> path, uint mode);

    [LibraryImport(Library, EntryPoint = "symlinkat", SetLastError = true)]
    public static partial int SymlinkAt(ReadOnlySpan<byte> target, SafeHandle directory, ReadOnlySpan<byte> path);

    [LibraryImport(Library, EntryPoint = "mknodat", SetLastError = true)]
    public static partial int MakeNodeAt(SafeHandle directory, ReadOnlySpan<byte> path, uint mode, ulong device);

    [LibraryImport(Library, EntryPoint = "linkat", SetLastError = true)]
    public static partial int LinkAt(
        SafeHandle fromDirectory,
        ReadOnlySpan<byte> from,
        SafeHandle toDirectory,
        ReadOnlySpan<byte> to,
        int flags
    );

    [LibraryImport(Library, EntryPoint = "renameat", SetLastError = true)]
    public static partial int RenameAt(
        SafeHandle fromDirectory,
        ReadOnlySpan<byte> from,
        SafeHandle toDirectory,
        ReadOnlySpan<byte> to
    );

    [LibraryImport(Library, EntryPoint = "unlinkat", SetLastError = true)]
    public static partial int UnlinkAt(SafeHandle directory, ReadOnlySpan<byte> path, int flags);

    [LibraryImport(Library, EntryPoint = "fchownat", SetLastError = true)]
    public static partial int ChangeOwnerAt(
        SafeHandle directory,
        ReadOnlySpan<byte> path,
        uint uid,
        uint gid,
        int flags
    );

    [LibraryImport(Library, EntryPoint = "fchmod", SetLastError = true)]
    public static partial int ChangeMode(SafeHandle file, uint mode);

    [LibraryImport(Library, EntryPoint = "chmod", SetLastError = true)]
    public static partial int ChangeMode(ReadOnlySpan<byte> path, uint mode);

    /// <param name="times">Access time, then modification time.</param>
    [LibraryImport(Library, EntryPoint = "futimens", SetLastError = true)]
    public static partial int SetTimes(SafeHandle file, ReadOnlySpan<TimeSpec> times);

    /// <param name="times">Access time, then modification time.</param>
    [LibraryImport(Library, EntryPoint = "utimensat", SetLastError = true)]
    public static partial int SetTimesAt(
        int directory,
        ReadOnlySpan<byte> path,
        ReadOnlySpan<TimeSpec> times,
        int flags
    );

    [LibraryImport(Library, EntryPoint = "pwrite64", SetLastError = true)]
    public static partial nint WriteAt(SafeHandle file, ReadOnlySpan<byte> bytes, nuint length, long offset);

    [LibraryImport(Library, EntryPoint = "ftruncate64", SetLastError = true)]
    public static partial int Truncate(SafeHandle file, long length);

    [LibraryImport(Library, EntryPoint = "fallocate64", SetLastError = true)]
    public static partial int Allocate(SafeHandle file, int mode, long offset, long length);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(SafeHandle file);

    [LibraryImport(Library, EntryPoint = "syncfs", SetLastError = true)]
    public static partial int SyncFileSystem(SafeHandle file);

    [LibraryImport(Library, EntryPoint = "fsetxattr", SetLastError = true)]
    public static partial int SetAttribute(
        SafeHandle file,
        ReadOnlySpan<byte> name,
        ReadOnlySpan<byte> value,
        nuint length,
        int flags
    );

    [LibraryImport(Library, EntryPoint = "setxattr", SetLastError = true)]
    public static partial int SetAttribute(
        ReadOnlySpan<byte> path,
        ReadOnlySpan<byte> name,
        ReadOnlySpan<byte> value,
        nuint length,
        int flags
    );

    [LibraryImport(Library, EntryPoint = "fremovexattr", SetLastError = true)]
    public static partial int RemoveAttribute(SafeHandle file, ReadOnlySpan<byte> name);

    [LibraryImport(Library, EntryPoint = "removexattr", SetLastError = true)]
    public static partial int RemoveAttribute(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name);

    [LibraryImport(Library, EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport(Library, EntryPoint = "getegid")]
    public static partial uint EffectiveGroup();
}
