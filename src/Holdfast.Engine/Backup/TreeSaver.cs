using System.Collections.Concurrent;
using System.Security.Cryptography;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Backup;

/// <summary>
/// Stores the tree of each directory once its last part is there, and so, from the leaves upward, everything. Safe for
/// many threads.
/// </summary>
internal sealed class TreeSaver(BackupPipeline run) : IDisposable
{
    /// <summary>Room for a tree of some 2,000 entries; larger buffers are not kept from tree to tree.</summary>
    private const int BufferKept = 1 << 20;

    private readonly BackupCounters counters = run.Counters;
    private readonly ConcurrentBag<MappedWriter> buffers = [];

    /// <summary>The tree of the root directory, once it is stored.</summary>
    public Id? Root { get; private set; }

    /// <summary>One part less to wait for. Whoever brings the last may find itself storing a long chain of parents.</summary>
    public async ValueTask FinishPartAsync(PendingDirectory directory, CancellationToken cancellationToken)
    {
        while (directory.FinishPart())
        {
            Id tree = await SaveAsync(directory, cancellationToken);
            if (directory.Parent is not { } parent)
            {
                Root = tree;
                return;
            }
            Node node = NodeOf(directory, tree, (await parent.Previous).Find(directory.Name));
            parent.Nodes[directory.Slot] = HasRoom(parent, node) ? node : null;
            directory = parent;
        }
    }

    /// <summary>Whether the directory's tree has room for the node, kept for it from here on; else a problem of the entry.</summary>
    public bool HasRoom(PendingDirectory directory, Node node)
    {
        bool hasRoom = directory.TryReserve(node, run.Options.MaxTreeBytes);
        if (!hasRoom)
        {
            run.Problems.Add(BackupProblemKind.TooLarge, directory, node.Name);
        }
        return hasRoom;
    }

    private async ValueTask<Id> SaveAsync(PendingDirectory directory, CancellationToken cancellationToken)
    {
        if (
            (await directory.Previous).IsSame(directory.Nodes, out Id known)
            && run.Writer.IsStored(BlobKind.Tree, known)
        )
        {
            return known;
        }
        if (!buffers.TryTake(out MappedWriter? buffer))
        {
            buffer = new MappedWriter(BufferKept);
        }
        try
        {
            TreeWriter.Write(buffer, directory.TakeNodes());
            Id id = new(SHA256.HashData(buffer.WrittenSpan));
            await run.Writer.SaveAsync(BlobKind.Tree, id, buffer.WrittenMemory, cancellationToken);
            return id;
        }
        finally
        {
            Return(buffer);
        }
    }

    public void Dispose()
    {
        while (buffers.TryTake(out MappedWriter? buffer))
        {
            buffer.Dispose();
        }
    }

    private void Return(MappedWriter buffer)
    {
        if (buffer.Capacity > BufferKept)
        {
            buffer.Dispose();
            return;
        }
        buffer.Clear();
        buffers.Add(buffer);
    }

    private Node NodeOf(PendingDirectory directory, Id tree, Node? before)
    {
        if (
            before is not null
            && before.Subtree == tree
            && run.Nodes.Describes(before, directory.Status)
            && directory.Attributes.AreThoseOf(before)
        )
        {
            Interlocked.Increment(ref counters.DirsUnmodified);
            return before;
        }
        Interlocked.Increment(ref before is null ? ref counters.DirsNew : ref counters.DirsChanged);
        return run.Nodes.Directory(directory.Name, directory.Status, directory.Attributes, tree);
    }
}
