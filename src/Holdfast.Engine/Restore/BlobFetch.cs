using Holdfast.Engine.Packs;

namespace Holdfast.Engine.Restore;

/// <summary>
/// Reads the packs that pieces lie in, each needed stretch once, and hands every blob, verified, to all files that need
/// it. Each worker reads one window ahead, so that memory is two windows and a blob for each.
/// </summary>
/// <param name="begin">Makes a worker's own writer.</param>
internal sealed class BlobFetch(Repository repository, int workers, Func<IPieceWriter> begin)
{
    public async Task RunAsync(Piece[] pieces, CancellationToken cancellationToken)
    {
        List<List<PackRange>> windows = PackPlan.Windows(PackPlan.Make(pieces));
        int taken = -1;
        IReadOnlyList<PackRange> Next() =>
            Interlocked.Increment(ref taken) is int index && index < windows.Count ? windows[index] : [];
        await WorkerLoops.RunAsync(
            workers,
            async token =>
            {
                using IPieceWriter writer = begin();
                using var plaintext = new OpenedBlob(repository.Sealer);
                using var first = new FetchWindow(repository);
                using var second = new FetchWindow(repository);
                (FetchWindow current, FetchWindow ahead) = (first, second);
                ahead.Begin(Next(), token);
                while (ahead.Ranges.Count > 0)
                {
                    (current, ahead) = (ahead, current);
                    ahead.Begin(Next(), token);
                    for (int i = 0; i < current.Ranges.Count; i++)
                    {
                        PackRange range = current.Ranges[i];
                        Memory<byte> bytes = await current.ReadAsync(i);
                        token.ThrowIfCancellationRequested();
                        await WriteAsync(
                            pieces.AsMemory(range.First..range.End),
                            range,
                            bytes,
                            writer,
                            plaintext,
                            token
                        );
                    }
                }
            },
            cancellationToken
        );
    }

    private async Task WriteAsync(
        Memory<Piece> pieces,
        PackRange range,
        Memory<byte> bytes,
        IPieceWriter writer,
        OpenedBlob plaintext,
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
            if (!TryWrite(pieces.Span[..same], range, bytes.Span, writer, plaintext))
            {
                await WriteAloneAsync(pieces[..same], writer, cancellationToken);
            }
            pieces = pieces[same..];
        }
    }

    private static bool TryWrite(
        ReadOnlySpan<Piece> same,
        PackRange range,
        Span<byte> bytes,
        IPieceWriter writer,
        OpenedBlob plaintext
    )
    {
        BlobLocation location = same[0].Location;
        if (
            bytes.IsEmpty
            || !plaintext.TryOpen(
                bytes.Slice((int)(location.Offset - range.Offset), (int)location.Length),
                same[0].Blob,
                location
            )
        )
        {
            return false;
        }
        Write(same, plaintext.Span, writer);
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
}
