using Holdfast.Engine.Files;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Restore;

/// <summary>
/// Files with several names. One name of each file is restored as any file is; the others are linked to it afterwards.
/// </summary>
internal sealed class HardLinks(RestoreRun run)
{
    private readonly Dictionary<Node, List<FilePlan>> groups = new(SameFile.Comparer);
    private readonly List<(FilePlan First, List<FilePlan> Names)> chosen = [];

    public void Add(FilePlan plan)
    {
        if (!groups.TryGetValue(plan.Node, out List<FilePlan>? names))
        {
            groups.Add(plan.Node, names = []);
        }
        names.Add(plan);
    }

    /// <summary>Chooses the name to restore of each file. Call once, when all names are known.</summary>
    public List<FilePlan> Choose()
    {
        foreach (List<FilePlan> names in groups.Values)
        {
            chosen.Add((Choose(names), names));
        }
        groups.Clear();
        return [.. chosen.Select(file => file.First)];
    }

    /// <summary>Links the other names to the one that was restored.</summary>
    public void Link(CancellationToken cancellationToken)
    {
        foreach ((FilePlan first, List<FilePlan> names) in chosen)
        {
            foreach (FilePlan name in names.Where(name => !ReferenceEquals(name.Node, first.Node)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                Link(first, name);
            }
        }
    }

    /// <summary>Makes the name lead to the other entry's inode; one that does already is left alone.</summary>
    public static Errno TryLink(DirectoryHandle directory, byte[] name, DirectoryHandle from, byte[] entry, bool exists)
    {
        if (exists)
        {
            Errno errno = from.TryStat(entry, out FileStatus wanted);
            FileStatus present = default;
            errno = errno == Errno.None ? directory.TryStat(name, out present) : errno;
            if (errno == Errno.None && wanted.Inode == present.Inode && wanted.Device == present.Device)
            {
                return Errno.None;
            }
            errno = errno == Errno.None ? directory.TryUnlink(name) : errno;
            if (errno != Errno.None)
            {
                return errno;
            }
        }
        return directory.TryLink(name, from, entry);
    }

    // If an inode in the target has exactly names of this file and no others, then it is the file, and may be kept.
    private FilePlan Choose(List<FilePlan> names)
    {
        var present = new Dictionary<ulong, (uint Links, List<FilePlan> Names)>();
        foreach (FilePlan plan in names.Where(plan => plan.Exists))
        {
            if (Stat(plan) is { } status)
            {
                present.TryAdd(status.Inode, (status.Links, []));
                present[status.Inode].Names.Add(plan);
            }
        }
        foreach ((uint links, List<FilePlan> sharing) in present.Values)
        {
            if (sharing.Count == links)
            {
                FilePlan keeper = sharing[0];
                return new FilePlan(keeper.Directory, keeper.Node, keeper.Fresh, exists: true) { LinksAllowed = links };
            }
        }
        return names[0];
    }

    private FileStatus? Stat(FilePlan plan)
    {
        Errno errno = run.Pool.TryRent(plan.Directory, out DirectoryPool.Lease lease);
        using (lease)
        {
            FileStatus status = default;
            errno = errno == Errno.None ? lease.Handle.TryStat(plan.Node.Name, out status) : errno;
            return errno == Errno.None && status.Type == FileType.Regular ? status : null;
        }
    }

    private void Link(FilePlan first, FilePlan name)
    {
        if (!first.Done || first.Damaged)
        {
            EngineErrorKind kind = first.Damaged ? EngineErrorKind.Damaged : EngineErrorKind.Files;
            string why = $"it is the same file as {first.Directory.PathOf(first.Node.Name)}, which failed";
            run.Tally.Fail(name.Directory, name.Node.Name, kind, why);
        }
        if (!first.Done)
        {
            return;
        }
        Errno errno = run.Pool.TryRent(name.Directory, out DirectoryPool.Lease to);
        using (to)
        {
            errno = errno == Errno.None ? TryLink(first, name, to.Handle) : errno;
        }
        if (errno == Errno.None)
        {
            run.Tally.AddFile();
        }
        else
        {
            run.Tally.Fail(name.Directory, name.Node.Name, errno, "cannot be linked");
        }
    }

    private Errno TryLink(FilePlan first, FilePlan name, DirectoryHandle directory)
    {
        Errno errno = run.Pool.TryRent(first.Directory, out DirectoryPool.Lease from);
        using (from)
        {
            return errno == Errno.None
                ? TryLink(directory, name.Node.Name, from.Handle, first.Node.Name, name.Exists)
                : errno;
        }
    }
}
