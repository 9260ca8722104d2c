using Holdfast.Engine.Chunking;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Packs;

namespace Holdfast.Engine.Backup;

/// <summary>
/// The blobs of one file in order, the last of them still being hashed and stored side by side. For one thread and one
/// file at a time: after <see cref="FinishAsync"/> it is ready for the next.
/// </summary>
internal sealed class ChunkQueue(BlobWriter writer, ChunkBuffers buffers, BackupCounters counters)
{
    private static readonly byte[] Zeros = new byte[Chunker.MinSize];

    /// <summary>Zeros are cut as early as can be, so a long run of them is this blob again and again.</summary>
    public static readonly Id ZeroChunk = Sha256.Hash(Zeros);

    private readonly Queue<(int Place, Task<Id> Chunk)> pending = new();
    private List<Id> blobs = [];
    private bool zeroChunkSaved;

    /// <summary>Blobs of the file so far.</summary>
    public int Count => blobs.Count;

    /// <summary>
    /// Adds a chunk, and waits for none: a long one at the front would leave workers idle. How many there are at once, the
    /// number of buffers says.
    /// </summary>
    /// <param name="buffer">Begins with the chunk. It is the queue's from here on, which gives it back.</param>
    public async ValueTask AddAsync(byte[] buffer, int length, CancellationToken cancellationToken)
    {
        pending.Enqueue((blobs.Count, SaveAsync(buffer, length, cancellationToken)));
        blobs.Add(default);
        while (pending.TryPeek(out (int Place, Task<Id> Chunk) first) && first.Chunk.IsCompleted)
        {
            await TakeAsync();
        }
    }

    /// <summary>Adds <see cref="Chunker.MinSize"/> zeros.</summary>
    public async ValueTask AddZeroChunkAsync(CancellationToken cancellationToken)
    {
        if (!zeroChunkSaved)
        {
            await writer.SaveAsync(BlobKind.Data, ZeroChunk, Zeros, cancellationToken);
            zeroChunkSaved = true;
        }
        AddStored(ZeroChunk, Zeros.Length);
    }

    /// <summary>Adds a blob that the repository has.</summary>
    public void AddStored(Id id, int length)
    {
        _ = writer.IsStored(BlobKind.Data, id); // The writer counts whose packs are needed.
        blobs.Add(id);
        Interlocked.Add(ref counters.BytesDone, length);
    }

    /// <summary>The file's blobs, every one of them with the writer.</summary>
    public async ValueTask<IReadOnlyList<Id>> FinishAsync()
    {
        while (pending.Count != 0)
        {
            await TakeAsync();
        }
        List<Id> finished = blobs;
        blobs = [];
        return finished;
    }

    /// <summary>Gives the file up: nothing of it uses the writer or a buffer any more. After finishing, nothing to do.</summary>
    public async ValueTask AbandonAsync()
    {
        await Task.WhenAll(pending.Select(one => one.Chunk)).ContinueWith(static _ => { }, TaskScheduler.Default);
        pending.Clear();
        blobs = [];
    }

    private async ValueTask TakeAsync()
    {
        (int place, Task<Id> chunk) = pending.Peek();
        blobs[place] = await chunk;
        _ = pending.Dequeue();
    }

    private Task<Id> SaveAsync(byte[] buffer, int length, CancellationToken cancellationToken) =>
        Task.Run(
            async () =>
            {
                try
                {
                    Id id = Sha256.Hash(buffer.AsSpan(0, length));
                    await writer.SaveAsync(BlobKind.Data, id, buffer.AsMemory(0, length), cancellationToken);
                    Interlocked.Add(ref counters.BytesDone, length);
                    return id;
                }
                finally
                {
                    buffers.Return(buffer);
                }
            },
            CancellationToken.None
        );
}
