using Holdfast.Engine.Files;

namespace Holdfast.Engine.Backup;

/// <summary>
/// Keeps the handles of directories whose subdirectories the walker still has to open: the last used ones, so that a
/// tree as deep as may be takes a bounded number of descriptors. One that was let go is opened again by its path from
/// the target. For the walker's thread alone.
/// </summary>
internal sealed class OpenDirectories
{
    /// <summary>A quarter of the usual limit of 1,024 descriptors a process.</summary>
    private const int Most = 256;

    private readonly LinkedList<PendingDirectory> recent = new();
    private readonly Dictionary<PendingDirectory, LinkedListNode<PendingDirectory>> places = [];

    /// <summary>Holds the directory's handle for its subdirectories.</summary>
    public void Keep(PendingDirectory directory)
    {
        if (directory.TryHoldHandle())
        {
            places.Add(directory, recent.AddLast(directory));
            if (recent.Count > Most)
            {
                Drop(recent.First!.Value);
            }
        }
    }

    /// <summary>Lets the directory's handle go, if it is kept.</summary>
    public void Drop(PendingDirectory directory)
    {
        if (places.Remove(directory, out LinkedListNode<PendingDirectory>? place))
        {
            recent.Remove(place);
            directory.ReleaseHandle();
        }
    }

    public void DropAll()
    {
        while (recent.First is { } first)
        {
            Drop(first.Value);
        }
    }

    /// <summary>Makes sure that the directory is kept open, and is still the one that was listed.</summary>
    public Errno TryReopen(PendingDirectory directory)
    {
        if (places.TryGetValue(directory, out LinkedListNode<PendingDirectory>? place))
        {
            recent.Remove(place);
            recent.AddLast(place);
            return Errno.None;
        }
        if (!directory.TryHoldHandle())
        {
            Errno errno = TryOpenByPath(directory, out DirectoryHandle? handle);
            if (errno != Errno.None)
            {
                return errno;
            }
            directory.SetHandle(handle);
        }
        Keep(directory);
        directory.ReleaseHandle();
        return Errno.None;
    }

    private static Errno TryOpenByPath(PendingDirectory directory, out DirectoryHandle? handle)
    {
        Errno errno = directory.Target!.Handle!.TryOpenBeneath(directory.PathBeneathTarget(), out handle);
        if (errno != Errno.None)
        {
            return errno;
        }
        errno = handle!.TryStat(out FileStatus status);
        if (errno == Errno.None && status.Inode == directory.Status.Inode && status.Device == directory.Status.Device)
        {
            return Errno.None;
        }
        handle.Dispose();
        return errno == Errno.None ? Errno.ENOENT : errno;
    }
}
