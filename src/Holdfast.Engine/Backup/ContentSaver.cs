using Holdfast.Engine.Chunking;
using Holdfast.Engine.Crypto;
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
    BackupCounters counters
)
{
    /// <summary>
    /// What is read beyond a cut moves to the next buffer, and each call to the kernel costs: 1 MiB keeps both below a
    /// tenth of the work.
    /// </summary>
    private const int ReadStep = 1 << 20;

    private readonly byte[] small = new byte[Chunker.MinSize + 1];
    private readonly ChunkQueue chunks = new(writer, buffers, counters);

    public ValueTask<FileContent> SaveAsync(FileHandle file, in FileStatus status, CancellationToken cancellationToken)
    {
        if (status.Size > Chunker.MinSize)
        {
            return SaveLargeAsync(file, new FileHoles(file, in status), status.Size + 1, cancellationToken);
        }
        int size = (int)status.Size;
        Errno errno = file.TryReadAll(small.AsSpan(0, size + 1), size, out int length);
        return errno == Errno.None && length != 0
            ? SaveSmallAsync(length, cancellationToken)
            : ValueTask.FromResult(new FileContent(errno, [], 0));
    }

    private async ValueTask<FileContent> SaveSmallAsync(int length, CancellationToken cancellationToken)
    {
        Id id = Sha256.Hash(small.AsSpan(0, length));
        await writer.SaveAsync(BlobKind.Data, id, small.AsMemory(0, length), cancellationToken);
        Interlocked.Add(ref counters.BytesDone, length);
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
        byte[] buffer = await buffers.RentAsync(cancellationToken);
        try
        {
            long start = 0;
            int filled = 0;
            int scanned = 0;
            bool ended = false;
            while (!ended || filled != 0)
            {
                if (chunks.Count > options.MaxFileBlobs)
                {
                    return new FileContent(Errno.EFBIG, [], 0);
                }
                if (holes.Covers(start, Chunker.MinSize))
                {
                    await chunks.AddZeroChunkAsync(cancellationToken);
                    start += Chunker.MinSize;
                    (filled, scanned, ended) = (0, 0, false);
                }
                else if (chunker.FindCut(buffer.AsSpan(0, filled), ended, ref scanned) is > 0 and var cut)
                {
                    byte[] next = await buffers.RentAsync(cancellationToken);
                    buffer.AsSpan(cut, filled - cut).CopyTo(next);
                    byte[] chunk = buffer;
                    buffer = next;
                    start += cut;
                    filled -= cut;
                    await chunks.AddAsync(chunk, cut, cancellationToken);
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
            }
            return new FileContent(Errno.None, await chunks.FinishAsync(), start);
        }
        finally
        {
            buffers.Return(buffer);
            await chunks.AbandonAsync();
        }
    }
}
