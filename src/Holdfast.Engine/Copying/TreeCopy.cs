using Holdfast.Engine.Files;

namespace Holdfast.Engine.Copying;

/// <summary>
/// Copies a directory with all that is in it into an empty one: contents with their holes, owners, modes, times, links,
/// extended attributes. Files share their blocks where both lie on a file system that can. Each file is of one moment
/// where blocks are shared; the tree as a whole never is, when somebody writes to it meanwhile.
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

    public CopyReport Report => new(entries.Files, entries.LeftOut);

    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>: the copy is not whole.</exception>
    public void Run(CancellationToken cancellationToken)
    {
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

    private void Visit(Step step, CancellationToken cancellationToken)
    {
        Errno errno = from.TryRent(step.From, out DirectoryPool.Lease source);
        using (source)
        {
            List<DirectoryEntry> names = [];
            errno = errno == Errno.None ? source.Handle.TryReadEntries(names) : errno;
            if (errno != Errno.None)
            {
                entries.LeaveOutOrThrow(errno, step.From, []);
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
                    if (!entries.Copy(step.From, source.Handle, step.To, target.Handle, entry.Name, cancellationToken))
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
            throw errno.ToError($"The copy cannot be written at {place}", "Check the space of the share root.");
        }
    }

    private readonly record struct Step(Place From, Place To, int Depth);
}
