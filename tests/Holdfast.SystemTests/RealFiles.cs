using System.Diagnostics;
using Holdfast.Testing.Files;

namespace Holdfast.SystemTests;

/// <summary>Real files of the machine that runs the tests, as a corpus.</summary>
internal static class RealFiles
{
    /// <summary>Copies whole directories, the SDK first, until there are so many files and bytes.</summary>
    /// <exception cref="InvalidOperationException">The machine has too few.</exception>
    public static (int Files, long Bytes) CopyTo(string directory, int files, long bytes)
    {
        (int Files, long Bytes) copied = default;
        foreach (string source in Sources().Where(Directory.Exists))
        {
            Copy.Of(source, Path.Combine(directory, Path.GetFileName(source)));
            copied = Count(directory);
            if (copied.Files >= files && copied.Bytes >= bytes)
            {
                return copied;
            }
        }
        throw new InvalidOperationException($"Only {copied.Files} files and {copied.Bytes} bytes here.");
    }

    private static IEnumerable<string> Sources()
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string sdk = Path.GetFullPath(Path.Combine(runtime, "../../.."));
        return [sdk, "/usr/share", Path.Combine(home, ".nuget/packages"), "/usr/lib", "/usr/include", "/usr/src"];
    }

    private static (int Files, long Bytes) Count(string directory)
    {
        FileStatus[] files =
        [
            .. RawFiles
                .Walk(directory)
                .Select(path => RawFiles.Status(directory / path))
                .Where(status => status.Kind == FileKind.File),
        ];
        return (files.Length, files.Sum(status => status.Size));
    }
}
