using System.Runtime.InteropServices;

namespace Holdfast.Engine.Files;

/// <summary>The kernel's call that says where a file's bytes lie on its disk.</summary>
internal static partial class Libc
{
    public const nuint FS_IOC_FIEMAP = 0xc020660b;

    public const uint FIEMAP_FLAG_SYNC = 1;

    public const uint FIEMAP_EXTENT_LAST = 0x1;
    public const uint FIEMAP_EXTENT_MERGED = 0x1000;
    public const uint FIEMAP_EXTENT_SHARED = 0x2000;

    /// <summary>struct fiemap, which as many <see cref="FiemapExtent"/> follow.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Fiemap
    {
        public ulong Start;
        public ulong Length;
        public uint Flags;
        public uint MappedExtents;
        public uint ExtentCount;
        private readonly uint reserved;
    }

    /// <summary>struct fiemap_extent.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 56)]
    internal struct FiemapExtent
    {
        public ulong Logical;
        public ulong Physical;
        public ulong Length;
        private readonly ulong reserved1;
        private readonly ulong reserved2;
        public uint Flags;
    }

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(SafeHandle file, nuint request, Span<byte> argument);
}
