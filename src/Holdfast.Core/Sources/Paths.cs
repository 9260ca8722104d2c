namespace Holdfast.Core.Sources;

/// <summary>How absolute, normal paths lie to each other.</summary>
internal static class Paths
{
    /// <summary>Whether the path is the directory, or lies beneath it.</summary>
    public static bool IsWithin(string path, string directory) =>
        path == directory
        || directory == "/"
        || (path.StartsWith(directory, StringComparison.Ordinal) && path[directory.Length] == '/');

    /// <summary>Whether either contains the other, or both are the same.</summary>
    public static bool Overlap(string one, string other) => IsWithin(one, other) || IsWithin(other, one);
}
