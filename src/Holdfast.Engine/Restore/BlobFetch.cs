using System.Buffers;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Storage;
using Holdfast.Objects;

namespace Holdfast.Engine.Restore;

/// <summary>
/// Reads the packs that pieces lie in, each needed stretch once, and hands every blob, verified, to all files that need
/// it. Each worker reads one range ahead, so that memory is two ranges and a blob for each.
/// </summary>
/// <param name="begin">Makes a worker's own writer.</param>
internal sealed class BlobFetch(Repository repository, int workers, Func<IPieceWriter> begin)
{
    public async Task RunAsync(Piece[] pieces, CancellationToken cancellationToken)
    {
        List<PackRange> ranges = PackPlan.Make(pieces);
        int taken = -1;
        Reading? Next(CancellationToken token)
        {
            int index = Interlocked.Increment(ref taken);
            return index < ranges.Count ? new Reading(ranges[index], ReadAsync(ranges[index], token)) : null;
        }
        await WorkerLoops.RunAsync(
            workers,
            async token =>
            {
                using IPieceWriter writer = begin();
                Reading? ahead = Next(token);
                while (ahead is { } current)
                {
                    byte[]? bytes = await current.Bytes;
                    token.ThrowIfCancellationRequested();
                    ahead = Next(token);
                    Memory<Piece> within = pieces.AsMemory(current.Range.First..current.Range.End);
                    await WriteAsync(within, current.Range, bytes, writer, token);
                    Return(bytes);
                }
            },
            cancellationToken
        );
    }

    /// <returns>A pooled array; null when the pack cannot be read there, though some of its blobs may.</returns>
    private async Task<byte[]?> ReadAsync(PackRange range, CancellationToken cancellationToken)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(range.Length);
        try
        {
            ObjectName name = RepositoryStore.Name(ObjectKind.Pack, range.Pack);
            Memory<byte> stretch = bytes.AsMemory(0, range.Length);
            await repository.Store.ReadAsync(name, range.Offset, stretch, cancellationToken);
            return bytes;
        }
        catch (EngineError error)
            when (error is { Kind: EngineErrorKind.Damaged or EngineErrorKind.NotFound, Temporary: false })
        {
            Return(bytes);
            return null;
        }
    }

    private async Task WriteAsync(
        Memory<Piece> pieces,
        PackRange range,
        byte[]? bytes,
        IPieceWriter writer,
        CancellationToken cancellationToken
    )
    {
        while (!pieces.IsEmpty)
        {
            BlobLocation location = pieces.Span[0].Location;
            int same = 1;
            while (same < pieces.Length && pieces.Span[same].Location == location)
            {
                same++;
            }
            if (!TryWrite(pieces.Span[..same], range, bytes, writer))
            {
                await WriteAloneAsync(pieces[..same], writer, cancellationToken);
            }
            pieces = pieces[same..];
        }
    }

    private bool TryWrite(ReadOnlySpan<Piece> same, PackRange range, byte[]? bytes, IPieceWriter writer)
    {
        if (bytes is null)
        {
            return false;
        }
        BlobLocation location = same[0].Location;
        Span<byte> stored = bytes.AsSpan((int)(location.Offset - range.Offset), (int)location.Length);
        Id blob = same[0].Blob;
        if (!BlobCodec.TryOpen(repository.Sealer, stored, blob, location.UncompressedLength, out PooledBytes opened))
        {
            return false;
        }
        using (opened)
        {
            Write(same, opened.Span, writer);
        }
        return true;
    }

    /// <summary>The second try, with bytes read anew; what fails now is damaged in the store.</summary>
    private async Task WriteAloneAsync(
        ReadOnlyMemory<Piece> same,
        IPieceWriter writer,
        CancellationToken cancellationToken
    )
    {
        try
        {
            Id blob = same.Span[0].Blob;
            using PooledBytes plaintext = await repository.LoadBlobAsync(BlobKind.Data, blob, cancellationToken);
            Write(same.Span, plaintext.Span, writer);
        }
        catch (EngineError error)
            when (error is { Kind: EngineErrorKind.Damaged or EngineErrorKind.NotFound, Temporary: false })
        {
            foreach (Piece piece in same.Span)
            {
                writer.Miss(in piece, error.Message);
            }
        }
    }

    private static void Write(ReadOnlySpan<Piece> same, ReadOnlySpan<byte> plaintext, IPieceWriter writer)
    {
        foreach (ref readonly Piece piece in same)
        {
            writer.Write(in piece, plaintext);
        }
    }

    private static void Return(byte[]? bytes)
    {
        if (bytes is not null)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private sealed record Reading(PackRange Range, Task<byte[]?> Bytes);
}
