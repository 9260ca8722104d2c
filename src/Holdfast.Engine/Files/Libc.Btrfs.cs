using System.Runtime.InteropServices;

namespace Holdfast.Engine.Files;

/// <summary>The kernel's calls about file systems, and btrfs's own.</summary>
internal static partial class Libc
{
    public const long BTRFS_SUPER_MAGIC = 0x9123683e;
    public const long XFS_SUPER_MAGIC = 0x58465342;

    public const nuint BTRFS_IOC_SUBVOL_CREATE = 0x5000940e;
    public const nuint BTRFS_IOC_SNAP_DESTROY = 0x5000940f;
    public const nuint BTRFS_IOC_SNAP_CREATE_V2 = 0x50009417;
    public const nuint BTRFS_IOC_SUBVOL_SETFLAGS = 0x4008941a;

    /// <summary>Of every file system that lets files share blocks.</summary>
    public const nuint FICLONE = 0x40049409;

    public const ulong BTRFS_SUBVOL_RDONLY = 2;

    /// <summary>struct statfs: what kind of file system it is, and how much of it there is, come first.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 120)]
    internal struct StatFs
    {
        public long Type;
        public long BlockSize;
        public ulong Blocks;
        public ulong FreeBlocks;
        public ulong AvailableBlocks;
        public ulong Inodes;
        public ulong FreeInodes;
    }

    /// <summary>struct btrfs_ioctl_vol_args: a name in the directory that the call is made on.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct VolumeArguments
    {
        public const int NameMax = 4088;
        public long Descriptor;
        public fixed byte Name[NameMax];
    }

    /// <summary>struct btrfs_ioctl_vol_args_v2: the same with flags.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct VolumeArguments2
    {
        public const int NameMax = 4040;
        public long Descriptor;
        public ulong Transaction;
        public ulong Flags;
        public fixed ulong Unused[4];
        public fixed byte Name[NameMax];
    }

    [LibraryImport(Library, EntryPoint = "fstatfs", SetLastError = true)]
    public static partial int StatFileSystem(SafeHandle file, out StatFs status);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(SafeHandle file, nuint request, in VolumeArguments arguments);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(SafeHandle file, nuint request, in VolumeArguments2 arguments);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(SafeHandle file, nuint request, in ulong flags);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(SafeHandle file, nuint request, SafeHandle other);
}
