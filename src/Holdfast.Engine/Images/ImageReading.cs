using Holdfast.Engine.Backup;
using Holdfast.Engine.Chunking;
using Holdfast.Engine.Files;

namespace Holdfast.Engine.Images;

/// <summary>
/// Reads an image once, from its begin to its end, and makes the row of its blobs: exactly the one that a backup without
/// a parent makes of the same bytes. Where the last cut was one of the parent's too, and the bytes up to the parent's next
/// cut are known or found to be the same, the parent's blob is taken over; elsewhere it cuts, until it is back at one of
/// the parent's cuts. One thread reads and cuts; others hash, compress and seal.
/// </summary>
internal sealed class ImageReading(
    ImageSource source,
    ChunkQueue chunks,
    Chunker chunker,
    ChunkBuffers buffers,
    BackupOptions options
)
{
    /// <summary>As when any file is read: what is read beyond a cut is moved, and each call to the kernel costs.</summary>
    private const int ReadStep = 1 << 20;

    private readonly FileHoles holes = new(
        source.File,
        source.Status with
        {
            Size = source.Size,
            // A file is always asked for holes, a device has none.
            Blocks = source.IsBlockDevice ? ulong.MaxValue : 0,
        }
    );

    // The buffer begins with the bytes from the last cut on.
    private byte[] buffer = [];
    private long start;
    private int filled;
    private int scanned;
    private long end = source.Size;
    private long nextChange = -1;

    /// <summary>Null when there is nothing to compare with.</summary>
    public ParentImage? Parent { get; init; }

    /// <summary>What tells changes without reading, or null.</summary>
    public IImageChanges? Changes { get; init; }

    /// <summary>What is kept, and compared, of the bytes that are read; or null.</summary>
    public ImageTags? Tags { get; init; }

    /// <summary>Bytes read of the source so far; holes and what was taken over unread do not count.</summary>
    public long BytesRead => holes.BytesRead;

    /// <summary>The blobs' lengths together: less than the source's size when it became shorter.</summary>
    public long Length => start;

    /// <summary>Runs once.</summary>
    /// <returns>The blobs, all with the writer.</returns>
    /// <exception cref="EngineError">The image cannot be read, or has more blobs than a file may have.</exception>
    public async Task<IReadOnlyList<Id>> RunAsync(CancellationToken cancellationToken)
    {
        source.File.ExpectSequentialReads();
        buffer = await buffers.RentAsync(cancellationToken);
        try
        {
            while (start < end)
            {
                cancellationToken.ThrowIfCancellationRequested();
                DemandRoom();
                if (TakeOverUnread() || TakeOverRead())
                {
                    continue;
                }
                if (BeginsWithZeros())
                {
                    await AddZeroChunkAsync(cancellationToken);
                }
                else if (
                    chunker.FindCut(buffer.AsSpan(0, filled), start + filled == end, ref scanned) is > 0 and var cut
                )
                {
                    await AddChunkAsync(cut, cancellationToken);
                }
                else
                {
                    // Not beyond the parent's next cut, where reading may be over.
                    long toRead = Math.Min(end, Parent?.EndOfBlobAt(start + filled) ?? end) - start - filled;
                    Read((int)Math.Min(toRead, Math.Min(ReadStep, buffer.Length - filled)));
                }
            }
            return await chunks.FinishAsync();
        }
        finally
        {
            buffers.Return(buffer);
            await chunks.AbandonAsync();
        }
    }

    private bool TakeOverUnread()
    {
        if (Changes is null || filled != 0 || Parent?.TryFind(start, out ParentBlob blob) is not true)
        {
            return false;
        }
        if (nextChange < blob.Start)
        {
            nextChange = Changes.NextChange(blob.Start);
        }
        return nextChange >= blob.End && TakeOver(blob);
    }

    /// <summary>What was read and is not the parent's stays in the buffer, to be cut: no byte is read twice.</summary>
    private bool TakeOverRead()
    {
        if (
            Tags is not { KnowsParent: true }
            || filled != 0
            || holes.Covers(start, Chunker.MinSize)
            || Parent?.TryFind(start, out ParentBlob blob) is not true
        )
        {
            return false;
        }
        Read(blob.Length);
        return filled == blob.Length && Tags.TryAddUnchanged(buffer.AsSpan(0, filled), blob.Place) && TakeOver(blob);
    }

    private bool TakeOver(in ParentBlob blob)
    {
        chunks.AddStored(blob.Id, blob.Length);
        start = blob.End;
        (filled, scanned) = (0, 0);
        return true;
    }

    /// <summary>Whether the next chunk is <see cref="ChunkQueue.ZeroChunk"/>, for a hole, or zeros that somebody wrote.</summary>
    private bool BeginsWithZeros() =>
        holes.Covers(start, Chunker.MinSize)
        || (
            scanned < Chunker.MinSize
            && filled >= Chunker.MinSize
            && !buffer.AsSpan(0, Chunker.MinSize).ContainsAnyExcept((byte)0)
        );

    private async ValueTask AddZeroChunkAsync(CancellationToken cancellationToken)
    {
        await chunks.AddZeroChunkAsync(cancellationToken);
        Tags?.AddZeroChunk();
        start += Chunker.MinSize;
        filled = Math.Max(0, filled - Chunker.MinSize);
        buffer.AsSpan(Chunker.MinSize, filled).CopyTo(buffer);
        scanned = 0;
    }

    private async ValueTask AddChunkAsync(int cut, CancellationToken cancellationToken)
    {
        Tags?.Add(buffer.AsSpan(0, cut));
        byte[] chunk = buffer;
        byte[] next = await buffers.RentAsync(cancellationToken);
        chunk.AsSpan(cut, filled - cut).CopyTo(next);
        buffer = next;
        start += cut;
        filled -= cut;
        await chunks.AddAsync(chunk, cut, cancellationToken);
    }

    private void Read(int length)
    {
        Errno errno = holes.TryRead(start + filled, buffer.AsSpan(filled, length), out int read);
        if (errno != Errno.None)
        {
            string tried = $"The volume's image cannot be read at byte {start + filled + read}";
            throw errno.ToError(tried, "Look into the kernel's log for errors of the disk.", publicly: tried);
        }
        filled += read;
        if (read < length)
        {
            end = start + filled; // It became shorter.
        }
    }

    private void DemandRoom()
    {
        if (chunks.Count >= options.MaxFileBlobs)
        {
            throw TooLarge(
                $"the first {start} of its {source.Size} bytes make {chunks.Count} blobs, which is the limit"
            );
        }
    }

    public static EngineError TooLarge(string why)
    {
        string message = $"The volume's image is too large to be backed up: {why}.";
        string advice = "Divide the volume: with the usual limits 2 TiB of zeros fit, or about 6 TiB of data.";
        return new EngineError(EngineErrorKind.Files, temporary: false, message, advice) { PublicMessage = message };
    }
}
