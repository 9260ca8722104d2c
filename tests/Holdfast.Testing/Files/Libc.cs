using System.Runtime.InteropServices;

namespace Holdfast.Testing.Files;

/// <summary>The calls that .NET lacks, or makes with text where bytes are needed. Paths end with a zero.</summary>
internal static partial class Libc
{
    private const string Name = "libc";

    public const int AtCurrentDirectory = -100;
    public const int NoFollow = 0x100;
    public const int RemoveDirectory = 0x200;

    [StructLayout(LayoutKind.Sequential)]
    public struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    /// <summary>struct statx: the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct Statx
    {
        [FieldOffset(16)]
        public uint Links;

        [FieldOffset(20)]
        public uint Uid;

        [FieldOffset(24)]
        public uint Gid;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(48)]
        public ulong Blocks;

        [FieldOffset(112)]
        public long ModifySeconds;

        [FieldOffset(120)]
        public uint ModifyNanoseconds;

        [FieldOffset(128)]
        public uint SpecialMajor;

        [FieldOffset(132)]
        public uint SpecialMinor;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }

    [LibraryImport(Name, EntryPoint = "statx", SetLastError = true)]
    public static partial int ReadStatus(int directory, byte[] path, int flags, uint mask, out Statx status);

    [LibraryImport(Name, EntryPoint = "open", SetLastError = true)]
    public static partial int Open(byte[] path, int flags, uint mode);

    [LibraryImport(Name, EntryPoint = "openat", SetLastError = true)]
    public static partial int OpenAt(int directory, byte[] path, int flags, uint mode);

    [LibraryImport(Name, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport(Name, EntryPoint = "mkdir", SetLastError = true)]
    public static partial int MakeDirectory(byte[] path, uint mode);

    [LibraryImport(Name, EntryPoint = "mkdirat", SetLastError = true)]
    public static partial int MakeDirectoryAt(int directory, byte[] path, uint mode);

    [LibraryImport(Name, EntryPoint = "mknod", SetLastError = true)]
    public static partial int MakeNode(byte[] path, uint mode, ulong device);

    [LibraryImport(Name, EntryPoint = "gnu_dev_makedev")]
    public static partial ulong MakeDevice(uint major, uint minor);

    [LibraryImport(Name, EntryPoint = "symlink", SetLastError = true)]
    public static partial int Symlink(byte[] target, byte[] path);

    [LibraryImport(Name, EntryPoint = "link", SetLastError = true)]
    public static partial int Link(byte[] existing, byte[] path);

    [LibraryImport(Name, EntryPoint = "readlink", SetLastError = true)]
    public static partial nint ReadLink(byte[] path, byte[] target, nuint capacity);

    [LibraryImport(Name, EntryPoint = "rename", SetLastError = true)]
    public static partial int Rename(byte[] from, byte[] to);

    [LibraryImport(Name, EntryPoint = "unlinkat", SetLastError = true)]
    public static partial int UnlinkAt(int directory, byte[] path, int flags);

    [LibraryImport(Name, EntryPoint = "chmod", SetLastError = true)]
    public static partial int ChangeMode(byte[] path, uint mode);

    [LibraryImport(Name, EntryPoint = "lchown", SetLastError = true)]
    public static partial int ChangeOwner(byte[] path, uint uid, uint gid);

    [LibraryImport(Name, EntryPoint = "utimensat", SetLastError = true)]
    public static partial int SetTimes(int directory, byte[] path, TimeSpec[] accessAndModify, int flags);

    [LibraryImport(Name, EntryPoint = "lsetxattr", SetLastError = true)]
    public static partial int SetAttribute(byte[] path, byte[] name, byte[] value, nuint length, int flags);

    [LibraryImport(Name, EntryPoint = "lgetxattr", SetLastError = true)]
    public static partial nint GetAttribute(byte[] path, byte[] name, byte[] value, nuint capacity);

    [LibraryImport(Name, EntryPoint = "llistxattr", SetLastError = true)]
    public static partial nint ListAttributes(byte[] path, byte[] names, nuint capacity);

    [LibraryImport(Name, EntryPoint = "lremovexattr", SetLastError = true)]
    public static partial int RemoveAttribute(byte[] path, byte[] name);

    [LibraryImport(Name, EntryPoint = "opendir", SetLastError = true)]
    public static partial nint OpenDirectory(byte[] path);

    [LibraryImport(Name, EntryPoint = "readdir", SetLastError = true)]
    public static partial nint ReadDirectory(nint directory);

    [LibraryImport(Name, EntryPoint = "closedir", SetLastError = true)]
    public static partial int CloseDirectory(nint directory);

    [LibraryImport(Name, EntryPoint = "geteuid")]
    public static partial uint EffectiveUserId();

    [LibraryImport(Name, EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int process, int signal);

    [LibraryImport(Name, EntryPoint = "renameat2", SetLastError = true)]
    public static partial int RenameAt(int from, byte[] name, int to, byte[] newName, uint flags);

    [LibraryImport(Name, EntryPoint = "symlinkat", SetLastError = true)]
    public static partial int SymlinkAt(byte[] target, int directory, byte[] path);

    [LibraryImport(Name, EntryPoint = "mknodat", SetLastError = true)]
    public static partial int MakeNodeAt(int directory, byte[] path, uint mode, ulong device);

    [LibraryImport(Name, EntryPoint = "linkat", SetLastError = true)]
    public static partial int LinkAt(int from, byte[] existing, int to, byte[] path, int flags);

    [LibraryImport(Name, EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int Truncate(int descriptor, long length);

    [LibraryImport(Name, EntryPoint = "inotify_init1", SetLastError = true)]
    public static partial int StartNotification(int flags);

    [LibraryImport(Name, EntryPoint = "inotify_add_watch", SetLastError = true)]
    public static partial int AddWatch(int descriptor, byte[] path, uint mask);

    [LibraryImport(Name, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, byte[] buffer, nuint length);
}
