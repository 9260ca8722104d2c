using System.Runtime.InteropServices;

namespace Holdfast.Engine.Files;

/// <summary>The kernel's calls about block devices.</summary>
internal static partial class Libc
{
    public const nuint BLKGETSIZE64 = 0x80081272;

    public const nuint BLKFLSBUF = 0x1261;

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Ask(SafeHandle file, nuint request, out ulong answer);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(SafeHandle file, nuint request, nuint argument);
}
