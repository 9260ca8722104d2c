using System.Runtime.InteropServices;
using Holdfast.Engine.Files;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Restore;

/// <summary>
/// Files with several names. One name of each file is restored as any file is; the others are linked to it afterwards.
/// Until then each name holds its directory.
/// </summary>
/// <remarks>All names are kept until the last one is known: one node for each file, and for each name some 80 bytes.</remarks>
internal sealed class HardLinks(RestoreRun run)
{
    // Files by their first node, each with the place of its last name in the list of all.
    private readonly Dictionary<Node, int> files = new(SameFile.Comparer);
    private readonly List<LinkName> names = [];
    private readonly Lock gate = new();

    /// <param name="Before">The place of the same file's name before; -1 for none.</param>
    private readonly record struct LinkName(PendingDirectory Directory, byte[] Name, int Before, bool Exists);

    /// <summary>Safe for many threads.</summary>
    /// <param name="exists">A regular file has the name already.</param>
    public void Add(PendingDirectory directory, Node node, bool exists)
    {
        directory.Hold();
        lock (gate)
        {
            ref int last = ref CollectionsMarshal.GetValueRefOrAddDefault(files, node, out bool isKnown);
            names.Add(new LinkName(directory, node.Name, isKnown ? last : -1, exists));
            last = names.Count - 1;
        }
    }

    /// <summary>Chooses the name to restore of each file, one after the other. Call once, when all names are known.</summary>
    public IEnumerable<FilePlan> Choose()
    {
        foreach ((Node node, int last) in files)
        {
            FilePlan plan = Choose(node, last);
            // Once for the plan's batch, and once until the file's other names were linked to this one.
            plan.Parent.Hold();
            yield return plan;
        }
    }

    /// <summary>Links the other names of files to the one that was restored, and lets go of their directories.</summary>
    public void Link(List<FilePlan> restored, CancellationToken cancellationToken)
    {
        using var cursor = new DirectoryCursor(run.Pool);
        var finish = new DirectoryFinish(run, cursor);
        foreach (FilePlan first in restored)
        {
            foreach (LinkName name in NamesOf(files[first.Node]))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (name.Directory != first.Parent || name.Name != first.Node.Name)
                {
                    Link(first, name, cursor);
                    finish.LetGo(name.Directory);
                }
            }
            // Not before: with its final mode, a directory may let nothing be linked from it.
            finish.LetGo(first.Parent);
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

    /// <summary>The latest first.</summary>
    private IEnumerable<LinkName> NamesOf(int last)
    {
        for (int i = last; i >= 0; i = names[i].Before)
        {
            yield return names[i];
        }
    }

    // If an inode in the target has exactly names of this file and no others, then it is the file, and may be kept.
    private FilePlan Choose(Node node, int last)
    {
        var present = new Dictionary<ulong, (FileStatus Status, LinkName Name, uint Count)>();
        LinkName first = default;
        foreach (LinkName name in NamesOf(last))
        {
            first = name;
            if (name.Exists && Stat(name) is { } status)
            {
                uint count = present.GetValueOrDefault(status.Inode).Count;
                present[status.Inode] = (status, name, count + 1);
            }
        }
        foreach ((FileStatus status, LinkName name, uint count) in present.Values)
        {
            if (count == status.Links)
            {
                Node keeper = node with { Name = name.Name };
                var plan = new FilePlan(name.Directory, keeper, exists: true)
                {
                    LinksAllowed = count,
                    KeptInode = status.Inode,
                };
                if (run.IsUnchanged(keeper, status))
                {
                    run.Tally.AddRightFile(status.Size);
                    plan.Done = true;
                }
                return plan;
            }
        }
        return new FilePlan(first.Directory, node, first.Exists);
    }

    private FileStatus? Stat(LinkName name)
    {
        Errno errno = run.Pool.TryRent(name.Directory.Place, out DirectoryPool.Lease lease);
        using (lease)
        {
            FileStatus status = default;
            errno = errno == Errno.None ? lease.Handle.TryStat(name.Name, out status) : errno;
            return errno == Errno.None && status.Type == FileType.Regular ? status : null;
        }
    }

    private void Link(FilePlan first, LinkName name, DirectoryCursor cursor)
    {
        Place directory = name.Directory.Place;
        if (!first.Done || first.Damaged)
        {
            EngineErrorKind kind = first.Damaged ? EngineErrorKind.Damaged : EngineErrorKind.Files;
            string why = $"it is the same file as {first.Directory.PathOf(first.Node.Name)}, which failed";
            run.Tally.Fail(directory, name.Name, kind, why);
        }
        if (!first.Done)
        {
            return;
        }
        Errno errno = cursor.TryMove(directory, out DirectoryHandle? to);
        errno = errno == Errno.None ? TryLink(first, name, to!) : errno;
        if (errno == Errno.None)
        {
            run.Tally.AddFile();
        }
        else
        {
            run.Tally.Fail(directory, name.Name, errno, "cannot be linked");
        }
    }

    private Errno TryLink(FilePlan first, LinkName name, DirectoryHandle directory)
    {
        Errno errno = run.Pool.TryRent(first.Directory, out DirectoryPool.Lease from);
        using (from)
        {
            return errno == Errno.None
                ? TryLink(directory, name.Name, from.Handle, first.Node.Name, name.Exists)
                : errno;
        }
    }
}
