using System.Security.Cryptography;
using Holdfast.Engine.Chunking;
using Holdfast.Engine.Files;
using Holdfast.Engine.Packs;

namespace Holdfast.Engine.Backup;

/// <summary>What a file's bytes became.</summary>
/// <param name="Errno">Why there is nothing; <see cref="Errno.EFBIG"/> for more blobs than the limit.</param>
/// <param name="Size">Bytes read: the sum of the blobs' lengths.</param>
internal readonly record struct FileContent(Errno Errno, IReadOnlyList<Id> Blobs, long Size);

/// <summary>
/// Reads one file at a time and stores it as blobs. A small file is one blob and never leaves the worker; a large one is
/// cut by the worker, and its chunks are hashed and stored side by side. Nothing is read further than one byte beyond
/// the size that the status says: that byte tells that the file grew. One for each worker.
/// </summary>
internal sealed class ContentSaver(
    BlobWriter writer,
    Chunker chunker,
    ChunkBuffers buffers,
    BackupOptions options,
    BackupCounters counters,
    int chunksAtOnce
)
{
    /// <summary>
    /// What is read beyond a cut moves to the next buffer, and each call to the kernel costs: 1 MiB keeps both below a
    /// tenth of the work.
    /// </summary>
    private const int ReadStep = 1 << 20;

    private static readonly Task<Id> ZeroChunk = Task.FromResult(new Id(SHA256.HashData(new byte[Chunker.MinSize])));

    private readonly byte[] small = new byte[Chunker.MinSize + 1];
    private bool zeroChunkSaved;

    public ValueTask<FileContent> SaveAsync(FileHandle file, in FileStatus status, CancellationToken cancellationToken)
    {
        if (status.Size > Chunker.MinSize)
        {
            return SaveLargeAsync(file, new FileHoles(file, in status), status.Size + 1, cancellationToken);
        }
        Errno errno = file.TryRead(0, small.AsSpan(0, (int)status.Size + 1), out int length);
        return errno == Errno.None && length != 0
            ? SaveSmallAsync(length, cancellationToken)
            : ValueTask.FromResult(new FileContent(errno, [], 0));
    }

    private async ValueTask<FileContent> SaveSmallAsync(int length, CancellationToken cancellationToken)
    {
        Id id = await SaveBlobAsync(small.AsMemory(0, length), cancellationToken);
        return new FileContent(Errno.None, [id], length);
    }

    private async ValueTask<FileContent> SaveLargeAsync(
        FileHandle file,
        FileHoles holes,
        long readMost,
        CancellationToken cancellationToken
    )
    {
        file.ExpectSequentialReads();
        var chunks = new Queue<Task<Id>>();
        List<Id> blobs = [];
        byte[] buffer = await buffers.RentAsync(cancellationToken);
        try
        {
            long start = 0;
            int filled = 0;
            int scanned = 0;
            bool ended = false;
            while (!ended || filled != 0)
            {
                if (blobs.Count + chunks.Count > options.MaxFileBlobs)
                {
                    return new FileContent(Errno.EFBIG, [], 0);
                }
                if (holes.Covers(start, Chunker.MinSize))
                {
                    // Zeros are cut as early as can be.
                    await SaveZeroChunkAsync(cancellationToken);
                    chunks.Enqueue(ZeroChunk);
                    start += Chunker.MinSize;
                    (filled, scanned, ended) = (0, 0, false);
                }
                else if (chunker.FindCut(buffer.AsSpan(0, filled), ended, ref scanned) is > 0 and var cut)
                {
                    byte[] next = await buffers.RentAsync(cancellationToken);
                    buffer.AsSpan(cut, filled - cut).CopyTo(next);
                    chunks.Enqueue(SaveChunkAsync(buffer, cut, cancellationToken));
                    buffer = next;
                    start += cut;
                    filled -= cut;
                }
                else
                {
                    long left = readMost - start - filled;
                    int step = (int)Math.Min(left, Math.Min(ReadStep, buffer.Length - filled));
                    Memory<byte> free = buffer.AsMemory(filled, step);
                    Errno errno = holes.TryRead(start + filled, free.Span, out int read);
                    if (errno != Errno.None)
                    {
                        return new FileContent(errno, [], 0);
                    }
                    filled += read;
                    ended = read < step || read == left;
                }
                while (chunks.Count >= chunksAtOnce)
                {
                    blobs.Add(await chunks.Dequeue());
                }
            }
            while (chunks.TryDequeue(out Task<Id>? chunk))
            {
                blobs.Add(await chunk);
            }
            return new FileContent(Errno.None, blobs, start);
        }
        finally
        {
            buffers.Return(buffer);
            // After an error nothing may still use the writer.
            await Task.WhenAll(chunks).ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    private Task<Id> SaveChunkAsync(byte[] buffer, int length, CancellationToken cancellationToken) =>
        Task.Run(
            async () =>
            {
                try
                {
                    return await SaveBlobAsync(buffer.AsMemory(0, length), cancellationToken);
                }
                finally
                {
                    buffers.Return(buffer);
                }
            },
            CancellationToken.None
        );

    private async ValueTask SaveZeroChunkAsync(CancellationToken cancellationToken)
    {
        Interlocked.Add(ref counters.BytesDone, Chunker.MinSize);
        if (!zeroChunkSaved)
        {
            byte[] zeros = new byte[Chunker.MinSize];
            await writer.SaveAsync(BlobKind.Data, await ZeroChunk, zeros, cancellationToken);
            zeroChunkSaved = true;
        }
    }

    private async ValueTask<Id> SaveBlobAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        Id id = new(SHA256.HashData(bytes.Span));
        await writer.SaveAsync(BlobKind.Data, id, bytes, cancellationToken);
        Interlocked.Add(ref counters.BytesDone, bytes.Length);
        return id;
    }
}
