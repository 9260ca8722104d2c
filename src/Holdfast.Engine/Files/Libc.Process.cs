using System.Runtime.InteropServices;

namespace Holdfast.Engine.Files;

/// <summary>The C library's calls about other processes.</summary>
internal static partial class Libc
{
    [LibraryImport(Library, EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int process, int signal);
}
