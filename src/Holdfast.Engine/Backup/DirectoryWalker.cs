using System.Threading.Channels;
using Holdfast.Engine.Files;

namespace Holdfast.Engine.Backup;

/// <summary>
/// Lists the directories of a source, depth first and without recursion, and hands their entries to the workers. Only
/// directories are opened here; the listing's types suffice for the rest.
/// </summary>
internal sealed class DirectoryWalker(
    BackupOptions options,
    BackupCounters counters,
    ProblemLog problems,
    PreviousTrees? previous,
    TreeSaver trees,
    ChannelWriter<EntryBatch> batches
)
{
    private readonly Stack<PendingDirectory> unvisited = new();
    private readonly OpenDirectories open = new();

    /// <summary>What is handed out next.</summary>
    private EntryBatch batch = new();

    /// <summary>Walks everything beneath the root, then completes the channel.</summary>
    /// <exception cref="EngineError">
    /// <see cref="EngineErrorKind.Files"/>: a directory of the operator's cannot be listed, or descriptors ran out.
    /// </exception>
    public async Task WalkAsync(PendingDirectory root, CancellationToken cancellationToken)
    {
        try
        {
            unvisited.Push(root);
            while (unvisited.TryPop(out PendingDirectory? directory))
            {
                cancellationToken.ThrowIfCancellationRequested();
                await VisitAsync(directory, cancellationToken);
            }
            Volatile.Write(ref counters.FoundAll, true);
            await batches.WriteAsync(batch, cancellationToken);
            batch = new EntryBatch();
            batches.Complete();
        }
        finally
        {
            batch.ReleaseRest();
            open.DropAll();
        }
    }

    private async Task VisitAsync(PendingDirectory directory, CancellationToken cancellationToken)
    {
        Errno errno = directory.Source is { } source ? OpenSource(directory, source) : OpenInParent(directory);
        if (errno == Errno.None)
        {
            try
            {
                errno = List(directory);
                if (errno == Errno.None)
                {
                    await HandOutAsync(directory, cancellationToken);
                }
            }
            finally
            {
                directory.ReleaseHandle();
            }
        }
        if (errno != Errno.None)
        {
            Report(directory, errno);
            await trees.FinishPartAsync(directory.Parent!, cancellationToken);
        }
    }

    private static Errno OpenSource(PendingDirectory directory, SourceDirectory source)
    {
        directory.SetHandle(source.Handle);
        FileStatus status = default;
        Errno errno = source.Handle?.TryStat(out status) ?? Errno.None;
        directory.Status = status;
        return errno;
    }

    private Errno OpenInParent(PendingDirectory directory)
    {
        PendingDirectory parent = directory.Parent!;
        DirectoryHandle? handle = null;
        Errno errno = parent.Source is null ? open.TryReopen(parent) : Errno.None;
        if (errno == Errno.None)
        {
            errno = parent.Handle!.TryOpenDirectory(directory.Name, out handle);
        }
        if (--parent.Unvisited == 0)
        {
            open.Drop(parent);
        }
        if (errno != Errno.None)
        {
            return errno;
        }
        errno = handle!.TryStat(out FileStatus status);
        bool isOther = status.Device != directory.Target!.Status.Device || handle.IsLeftOutSubvolume(in status);
        if (errno == Errno.None && isOther)
        {
            // A nested subvolume is on our mount, but its inode numbers are its own; a snapshot has it empty.
            errno = Errno.EXDEV;
        }
        if (errno != Errno.None)
        {
            handle.Dispose();
            return errno;
        }
        directory.Status = status;
        directory.SetHandle(handle);
        return Errno.None;
    }

    private Errno List(PendingDirectory directory)
    {
        List<DirectoryEntry> entries = [];
        Errno errno = directory.Source is { IsTarget: false } source
            ? ListSource(source, entries)
            : directory.Handle!.TryReadEntries(entries);
        ResolveTypes(directory, entries);
        directory.SetEntries(entries);
        if (errno == Errno.None && directory.Handle is { } handle)
        {
            Errno unread = ExtendedAttributes.TryRead(handle, options.MaxAttributeBytes, out var attributes);
            directory.Attributes = problems.Check(unread, attributes, directory, name: null);
        }
        return errno;
    }

    private static Errno ListSource(SourceDirectory source, List<DirectoryEntry> entries)
    {
        entries.AddRange(source.Children.Select(child => new DirectoryEntry(child.Name, FileType.Directory)));
        entries.AddRange(source.Files.Select(name => new DirectoryEntry(name, FileType.Unknown)));
        entries.Sort(DirectoryEntry.ByName);
        return Errno.None;
    }

    private async Task HandOutAsync(PendingDirectory directory, CancellationToken cancellationToken)
    {
        if (previous is not null && directory.Parent is not null)
        {
            directory.Previous = previous.Load(directory);
        }
        int files = PushSubdirectories(directory);
        Interlocked.Add(ref counters.FilesFound, files);
        if (directory.Unvisited != 0 && directory.Source is null)
        {
            open.Keep(directory);
        }
        int runs = Math.Max(1, (directory.Entries.Count + EntryBatch.MostEntries - 1) / EntryBatch.MostEntries);
        directory.Expect(directory.Unvisited + runs);
        for (int from = 0; runs > 0; from += EntryBatch.MostEntries, runs--)
        {
            batch.Add(new EntryRun(directory, from, Math.Min(from + EntryBatch.MostEntries, directory.Entries.Count)));
            if (batch.IsFull)
            {
                await batches.WriteAsync(batch, cancellationToken);
                batch = new EntryBatch();
            }
        }
    }

    /// <summary>Pushes them so that they are visited in order.</summary>
    /// <returns>How many entries are no directories.</returns>
    private int PushSubdirectories(PendingDirectory directory)
    {
        int directories = 0;
        for (int index = directory.Entries.Count - 1; index >= 0; index--)
        {
            if (directory.Entries[index].Type != FileType.Directory)
            {
                continue;
            }
            directories++;
            if (directory.Depth >= options.MaxDepth)
            {
                problems.Add(BackupProblemKind.TooDeep, directory, directory.Entries[index].Name);
                continue;
            }
            directory.Unvisited++;
            unvisited.Push(Subdirectory(directory, index));
        }
        return directory.Entries.Count - directories;
    }

    private static PendingDirectory Subdirectory(PendingDirectory directory, int index)
    {
        SourceDirectory? child = directory.Source is { IsTarget: false } source
            ? source.Children.Find(child => child.Name == directory.Entries[index].Name)
            : null;
        return child is null ? directory.Child(index) : PendingDirectory.ForSource(directory, index, child);
    }

    /// <summary>Not every file system says in its listings what an entry is. What has vanished stays unknown.</summary>
    private static void ResolveTypes(PendingDirectory directory, List<DirectoryEntry> entries)
    {
        for (int index = 0; index < entries.Count; index++)
        {
            if (
                entries[index].Type == FileType.Unknown
                && directory.Handle!.TryStat(entries[index].Name, out FileStatus status) == Errno.None
            )
            {
                entries[index] = entries[index] with { Type = status.Type };
            }
        }
    }

    private void Report(PendingDirectory directory, Errno errno)
    {
        if (directory.Source is not null)
        {
            throw errno.ToError(
                $"The directory {directory.DisplayPath} cannot be backed up",
                publicly: "The directory cannot be read"
            );
        }
        problems.AddOrThrow(errno, directory.Parent!, directory.Name);
    }
}
