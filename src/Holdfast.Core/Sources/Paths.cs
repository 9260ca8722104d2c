using Holdfast.Engine;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Sources;

/// <summary>How absolute, normal paths lie to each other.</summary>
internal static class Paths
{
    /// <summary>
    /// The path without links, as far as it exists: in configured paths they are the operator's and are followed, so that
    /// one directory has one name.
    /// </summary>
    /// <exception cref="EngineError">A directory on the way cannot be opened.</exception>
    public static string Canonical(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (full == "/")
        {
            return full;
        }
        if (!Directory.Exists(full))
        {
            return Path.Join(Canonical(Path.GetDirectoryName(full)!), Path.GetFileName(full));
        }
        using DirectoryHandle directory = DirectoryHandle.Open(full);
        return File.ResolveLinkTarget(
                $"/proc/self/fd/{directory.DangerousGetHandle()}",
                returnFinalTarget: false
            )?.FullName
            ?? full;
    }

    /// <summary>Whether the path is the directory, or lies beneath it.</summary>
    public static bool IsWithin(string path, string directory) =>
        path == directory
        || directory == "/"
        || (path.StartsWith(directory, StringComparison.Ordinal) && path[directory.Length] == '/');

    /// <summary>Whether either contains the other, or both are the same.</summary>
    public static bool Overlap(string one, string other) => IsWithin(one, other) || IsWithin(other, one);
}
