using Holdfast.Engine.Chunking;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Restore;

namespace Holdfast.Engine.Images;

/// <summary>
/// Finds out which blobs must be fetched: those that the target does not hold already, and that are not zeros, which
/// are put there at once. One worker's own.
/// </summary>
internal sealed class ImageRestoreComparison(ImageRestoreRun run, ImageRestoreWriter writer)
{
    /// <summary>Zeros are cut as early as can be, so that a hole is many of this one blob.</summary>
    private static readonly byte[] Zeros = new byte[Chunker.MinSize];
    private static readonly Id ZeroChunk = Sha256.Hash(Zeros);

    /// <param name="pieces">A stretch of the image without a gap.</param>
    /// <param name="needed">For each of them whether it must be fetched.</param>
    public void Compare(ReadOnlySpan<Piece> pieces, Span<bool> needed)
    {
        int next;
        for (int index = 0; index < pieces.Length; index = next)
        {
            next = index + 1;
            ref readonly Piece piece = ref pieces[index];
            if (piece.Blob != ZeroChunk)
            {
                needed[index] = !IsThere(in piece);
                continue;
            }
            while (next < pieces.Length && pieces[next].Blob == ZeroChunk)
            {
                next++;
            }
            // Together: a hole begins and ends at a block, and blobs need not.
            writer.WriteZeros(piece.FileOffset, EndOf(in pieces[next - 1]));
        }
    }

    private bool IsThere(in Piece piece)
    {
        int length = (int)piece.Location.PlaintextLength;
        if (!writer.TryRead(piece.FileOffset, length, out ReadOnlySpan<byte> current))
        {
            return false;
        }
        if (current.IsEmpty && length < Zeros.Length)
        {
            // The image's last blob may be zeros too. Others are cut as ZeroChunk, so a long one is most rarely.
            current = Zeros.AsSpan(0, length);
        }
        if (current.IsEmpty || Sha256.Hash(current) != piece.Blob)
        {
            return false;
        }
        run.Tally.AddKept(length);
        return true;
    }

    private static long EndOf(in Piece piece) => piece.FileOffset + piece.Location.PlaintextLength;
}
