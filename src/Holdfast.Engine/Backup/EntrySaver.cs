using System.Threading.Channels;
using Holdfast.Engine.Files;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Backup;

/// <summary>One worker: takes batches of entries, makes the node of each, and has full directories stored.</summary>
internal sealed class EntrySaver(BackupPipeline run, FileSaver files)
{
    private readonly BackupOptions options = run.Options;
    private readonly BackupCounters counters = run.Counters;
    private readonly ProblemLog problems = run.Problems;

    public async Task RunAsync(ChannelReader<EntryBatch> batches, CancellationToken cancellationToken)
    {
        await foreach (EntryBatch batch in batches.ReadAllAsync(cancellationToken))
        {
            try
            {
                while (batch.TryTake(out EntryRun entries))
                {
                    await SaveAsync(entries, cancellationToken);
                }
            }
            finally
            {
                batch.ReleaseRest();
            }
        }
    }

    private async ValueTask SaveAsync(EntryRun entries, CancellationToken cancellationToken)
    {
        try
        {
            await SaveEntriesAsync(entries, cancellationToken);
        }
        finally
        {
            entries.Directory.ReleaseHandle();
        }
        await run.Trees.FinishPartAsync(entries.Directory, cancellationToken);
    }

    private async ValueTask SaveEntriesAsync(EntryRun entries, CancellationToken cancellationToken)
    {
        PendingDirectory directory = entries.Directory;
        PreviousDirectory previous = await directory.Previous;
        for (int index = entries.From; index < entries.To; index++)
        {
            DirectoryEntry entry = directory.Entries[index];
            if (entry.Type == FileType.Directory)
            {
                continue;
            }
            cancellationToken.ThrowIfCancellationRequested();
            Node? before = previous.Find(entry.Name);
            directory.Nodes[index] =
                entry.Type != FileType.Regular ? SaveSpecialIfRoom(directory, entry.Name, before)
                : ReuseUnchanged(directory, entry.Name, before) is { } same ? CountUnchanged(directory, same)
                : await SaveFileAsync(directory, entry.Name, before, cancellationToken);
            Interlocked.Increment(ref counters.FilesDone);
        }
    }

    private Node? CountUnchanged(PendingDirectory directory, Node node)
    {
        Interlocked.Add(ref counters.BytesDone, (long)node.Size);
        return CountIfRoom(directory, node, ref counters.FilesUnmodified);
    }

    private async ValueTask<Node?> SaveFileAsync(
        PendingDirectory directory,
        byte[] name,
        Node? before,
        CancellationToken cancellationToken
    )
    {
        counters.SetCurrent(directory, name);
        Node? node = await files.SaveAsync(directory, name, cancellationToken);
        return node is null
            ? null
            : CountIfRoom(directory, node, ref before is null ? ref counters.FilesNew : ref counters.FilesChanged);
    }

    private Node? CountIfRoom(PendingDirectory directory, Node node, ref long files)
    {
        if (!run.Trees.HasRoom(directory, node))
        {
            return null;
        }
        Interlocked.Increment(ref files);
        Interlocked.Add(ref counters.BytesProcessed, (long)node.Size);
        return node;
    }

    /// <summary>
    /// The parent snapshot's node, or a new one with its content, when the file's status and the index say that it is
    /// still right; else null. The device number is not asked: it changes when a file system is mounted anew.
    /// </summary>
    private Node? ReuseUnchanged(PendingDirectory directory, byte[] name, Node? before)
    {
        if (
            before is not { Type: NodeType.File, Content: not null }
            || directory.Handle!.TryStat(name, out FileStatus status) != Errno.None
        )
        {
            return null;
        }
        bool isUnchanged =
            status.Type == FileType.Regular
            && !status.IsMountRoot
            && status.Size <= options.MaxFileSize
            && before.Size == (ulong)status.Size
            && (!options.CheckInode || before.Inode == status.Inode)
            && before.ModifyTime == status.ModifyTime
            && (!options.CheckChangeTime || (before.ChangeTime == status.ChangeTime && IsSettled(in status)));
        if (!isUnchanged || !HasAll(before.Content))
        {
            return null;
        }
        return options.CheckChangeTime && run.Nodes.Describes(before, in status)
            ? before
            : run.Nodes.File(name, in status, Attributes(directory, name), before.Content, status.Size);
    }

    private bool IsSettled(in FileStatus status)
    {
        UnixTime changed = status.ChangeTime;
        UnixTime limit = run.SettledBefore;
        return (changed.Seconds, changed.Nanoseconds).CompareTo((limit.Seconds, limit.Nanoseconds)) < 0;
    }

    private bool HasAll(IReadOnlyList<Id> blobs)
    {
        for (int index = 0; index < blobs.Count; index++)
        {
            if (!run.Writer.IsStored(BlobKind.Data, blobs[index]))
            {
                return false;
            }
        }
        return true;
    }

    private Node? SaveSpecialIfRoom(PendingDirectory directory, byte[] name, Node? before) =>
        SaveSpecial(directory, name, before) is { } node && run.Trees.HasRoom(directory, node) ? node : null;

    /// <summary>The node of what is never opened: a link, device or FIFO.</summary>
    private Node? SaveSpecial(PendingDirectory directory, byte[] name, Node? before)
    {
        byte[] target = [];
        Errno errno = directory.Handle!.TryStat(name, out FileStatus status);
        if (errno == Errno.None && status.IsMountRoot)
        {
            errno = Errno.EXDEV;
        }
        if (
            errno == Errno.None
            && before is not null
            && options.CheckChangeTime
            && IsSettled(in status)
            && run.Nodes.Describes(before, in status)
        )
        {
            return before;
        }
        if (errno == Errno.None && status.Type == FileType.Symlink)
        {
            errno = directory.Handle.TryReadLink(name, out target);
        }
        if (errno != Errno.None)
        {
            problems.AddOrThrow(errno, directory, name);
            return null;
        }
        switch (status.Type)
        {
            case FileType.Socket:
                problems.Add(BackupProblemKind.Socket, directory, name);
                return null;
            case FileType.Regular or FileType.Directory:
                // Listed as something else a moment ago.
                problems.Add(BackupProblemKind.Vanished, directory, name);
                return null;
            default:
                return run.Nodes.Special(name, in status, Attributes(directory, name), target);
        }
    }

    private EntryAttributes Attributes(PendingDirectory directory, byte[] name)
    {
        DirectoryHandle handle = directory.Handle!;
        Errno errno = ExtendedAttributes.TryRead(handle, name, options.MaxAttributeBytes, out var attributes);
        return problems.Check(errno, attributes, directory, name);
    }
}
