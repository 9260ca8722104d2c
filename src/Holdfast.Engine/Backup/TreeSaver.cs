using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Backup;

/// <summary>
/// Stores the tree of each directory once its last part is there, and so, from the leaves upward, everything. Safe for
/// many threads.
/// </summary>
internal sealed class TreeSaver(BlobWriter writer, NodeFactory nodes, BackupCounters counters)
{
    /// <summary>Room for a tree of some 2,000 entries; larger buffers are not kept from tree to tree.</summary>
    private const int BufferKept = 1 << 20;

    private readonly ConcurrentBag<ArrayBufferWriter<byte>> buffers = [];

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
            parent.Nodes[directory.Slot] = NodeOf(directory, tree, (await parent.Previous).Find(directory.Name));
            directory = parent;
        }
    }

    private async ValueTask<Id> SaveAsync(PendingDirectory directory, CancellationToken cancellationToken)
    {
        if ((await directory.Previous).IsSame(directory.Nodes, out Id known))
        {
            return known;
        }
        if (!buffers.TryTake(out ArrayBufferWriter<byte>? buffer))
        {
            buffer = new ArrayBufferWriter<byte>(BufferKept);
        }
        Encode(directory, buffer);
        Id id = new(SHA256.HashData(buffer.WrittenSpan));
        await writer.SaveAsync(BlobKind.Tree, id, buffer.WrittenMemory, cancellationToken);
        if (buffer.Capacity <= BufferKept)
        {
            buffer.ResetWrittenCount();
            buffers.Add(buffer);
        }
        return id;
    }

    private static void Encode(PendingDirectory directory, ArrayBufferWriter<byte> buffer)
    {
        try
        {
            TreeWriter.Write(buffer, directory.Nodes.OfType<Node>());
        }
        catch (OutOfMemoryException error)
        {
            // A tree is one piece, some 450 bytes an entry and 67 a blob, and no piece is longer than 2 GiB.
            throw new EngineError(
                EngineErrorKind.Files,
                temporary: false,
                $"The directory {directory.DisplayPath} has {directory.Entries.Count} entries, more than one tree can hold.",
                "Spread its files over subdirectories.",
                error
            );
        }
    }

    private Node NodeOf(PendingDirectory directory, Id tree, Node? before)
    {
        if (before is not null && before.Subtree == tree && nodes.Describes(before, directory.Status))
        {
            Interlocked.Increment(ref counters.DirsUnmodified);
            return before;
        }
        Interlocked.Increment(ref before is null ? ref counters.DirsNew : ref counters.DirsChanged);
        return nodes.Directory(directory.Name, directory.Status, directory.Attributes, tree);
    }
}
