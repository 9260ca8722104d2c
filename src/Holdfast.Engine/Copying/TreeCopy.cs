using Holdfast.Engine.Files;
using Holdfast.Engine.Restore;

namespace Holdfast.Engine.Copying;

/// <summary>
/// Copies a directory with all that is in it into an empty one: contents with their holes, owners, modes, times, links,
/// extended attributes. Files share their blocks where both lie on a file system that can. Each file is of one moment
/// where blocks are shared; elsewhere a file that was written to meanwhile is copied again, and counted when that goes on.
/// The tree as a whole never is of one moment, when somebody writes to it.
/// </summary>
/// <remarks>
/// The source's owner may change it at any moment and is not trusted: everything is reached by descriptor, beneath the
/// source. Nobody else may have a way to the target. One run a value.
/// </remarks>
public sealed class TreeCopy(DirectoryPool from, DirectoryPool to)
{
    /// <summary>As deep as a backup goes.</summary>
    private const int MaxDepth = 4096;

    private readonly EntryCopy entries = new(from, to);
    private readonly Stack<Step> pending = new();
    private readonly List<Step> visited = [];
    private long total;

    /// <summary>For tests: after each reading of a file whose blocks cannot be shared.</summary>
    internal Action<byte[]>? AfterRead
    {
        init => entries.AfterRead = value;
    }

    public CopyReport Report => new(entries.Files, entries.LeftOut, entries.Unstable);

    /// <summary>
    /// Bytes of the files' contents, without holes; the total is 0 until it is known, and what somebody adds later is not
    /// in it. May be asked at any moment, from any thread.
    /// </summary>
    public (long Done, long Total) Progress =>
        Volatile.Read(ref total) is > 0 and long expected
            ? (entries.Done, Math.Max(entries.Done, expected))
            : (entries.Done, 0);

    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>: the copy is not whole.</exception>
    public void Run(CancellationToken cancellationToken)
    {
        Measure(cancellationToken);
        Disinherit();
        pending.Push(new Step(from.Root, to.Root, 0));
        while (pending.TryPop(out Step step))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Visit(step, cancellationToken);
        }
        // What happens in a directory changes its times.
        for (int index = visited.Count - 1; index >= 0; index--)
        {
            cancellationToken.ThrowIfCancellationRequested();
            entries.FinishDirectory(visited[index].From, visited[index].To);
        }
        Sync();
    }

    /// <summary>Only a status of each entry is asked for. What cannot be looked at is the copy's to tell of.</summary>
    private void Measure(CancellationToken cancellationToken)
    {
        long found = 0;
        Stack<(Place Place, int Depth)> unseen = new([(from.Root, 0)]);
        List<DirectoryEntry> names = [];
        while (unseen.TryPop(out (Place Place, int Depth) next))
        {
            cancellationToken.ThrowIfCancellationRequested();
            names.Clear();
            Errno errno = from.TryRent(next.Place, out DirectoryPool.Lease lease);
            using (lease)
            {
                if (errno != Errno.None || lease.Handle.TryReadEntries(names) != Errno.None)
                {
                    continue;
                }
                foreach (DirectoryEntry entry in names)
                {
                    if (
                        lease.Handle.TryStat(entry.Name, out FileStatus status) != Errno.None
                        || status.IsMountRoot
                        || status.Device != from.Device
                    )
                    {
                        continue;
                    }
                    found += EntryCopy.Weight(in status);
                    if (status.Type == FileType.Directory && next.Depth < MaxDepth)
                    {
                        unseen.Push((new Place(next.Place, entry.Name), next.Depth + 1));
                    }
                }
            }
        }
        Volatile.Write(ref total, found);
    }

    private void Visit(Step step, CancellationToken cancellationToken)
    {
        Errno errno = from.TryRent(step.From, out DirectoryPool.Lease source);
        using (source)
        {
            List<DirectoryEntry> names = [];
            errno = errno == Errno.None ? source.Handle.TryReadEntries(names) : errno;
            if (errno != Errno.None)
            {
                if (step.Depth == 0)
                {
                    throw errno.ToError("The share cannot be copied");
                }
                entries.LeaveOutOrThrow(errno);
                return;
            }
            visited.Add(step);
            errno = to.TryRent(step.To, out DirectoryPool.Lease target);
            using (target)
            {
                Demand(errno, step.To);
                foreach (DirectoryEntry entry in names)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (!entries.Copy(source.Handle, step.To, target.Handle, entry.Name, cancellationToken))
                    {
                        continue;
                    }
                    if (step.Depth == MaxDepth)
                    {
                        entries.LeaveOut();
                        continue;
                    }
                    Demand(target.Handle.TryMakeDirectory(entry.Name), step.To);
                    pending.Push(
                        new Step(new Place(step.From, entry.Name), new Place(step.To, entry.Name), step.Depth + 1)
                    );
                }
            }
        }
    }

    /// <summary>Else what the target has from the directory above it would go on to all that is made in it.</summary>
    private void Disinherit()
    {
        Errno errno = to.TryRent(to.Root, out DirectoryPool.Lease lease);
        using (lease)
        {
            Demand(errno == Errno.None ? FreshInode.TryDisinherit(lease.Handle) : errno, to.Root);
        }
    }

    private void Sync()
    {
        Errno errno = to.TryRent(to.Root, out DirectoryPool.Lease lease);
        using (lease)
        {
            Demand(errno == Errno.None ? lease.Handle.TrySyncFileSystem() : errno, to.Root);
        }
    }

    private static void Demand(Errno errno, Place place)
    {
        if (errno != Errno.None)
        {
            throw CopyErrors.ToWriteError(errno, $"The copy cannot be written at {place}");
        }
    }

    private readonly record struct Step(Place From, Place To, int Depth);
}
