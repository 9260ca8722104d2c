using System.Collections.Concurrent;
using Holdfast.Engine.Files;

namespace Holdfast.Engine.Backup;

/// <summary>
/// Remembers the content of files with several names, so that each is read once. It forgets beyond a fixed number:
/// reading twice costs time and nothing else. Safe for many threads.
/// </summary>
internal sealed class HardLinks
{
    private const int Most = 1 << 16;

    private readonly ConcurrentDictionary<ulong, (FileStatus Status, FileContent Content)> known = new();

    public bool TryFind(in FileStatus status, out FileContent content)
    {
        content = default;
        if (status.Links < 2 || !known.TryGetValue(status.Inode, out var file) || !file.Status.SameContent(in status))
        {
            return false;
        }
        content = file.Content;
        return true;
    }

    public void Remember(in FileStatus status, in FileContent content)
    {
        if (status.Links > 1 && known.Count < Most)
        {
            known[status.Inode] = (status, content);
        }
    }
}
