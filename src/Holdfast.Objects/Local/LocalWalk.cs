using System.IO.Enumeration;

namespace Holdfast.Objects.Local;

/// <summary>The regular files beneath a directory, either the objects or the leftovers of unfinished writes.</summary>
internal static class LocalWalk
{
    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    internal static List<(string Path, long Size, DateTimeOffset Modified)> Files(string directory, bool temporary)
    {
        var files = new FileSystemEnumerable<(string, long, DateTimeOffset)>(
            directory,
            static (ref FileSystemEntry entry) => (entry.ToFullPath(), entry.Length, entry.LastWriteTimeUtc),
            new EnumerationOptions
            {
                RecurseSubdirectories = true,
                AttributesToSkip = FileAttributes.None,
                // Where we may not look we have written nothing: root's lost+found, say. Of objects none may be missed.
                IgnoreInaccessible = temporary,
            }
        )
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) =>
                !entry.IsDirectory && !IsLink(ref entry) && DurableFile.IsTemporary(entry.FileName) == temporary,
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !IsLink(ref entry),
        };
        return [.. files];
    }

    private static bool IsLink(ref FileSystemEntry entry) => entry.Attributes.HasFlag(FileAttributes.ReparsePoint);
}
