using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Holdfast.Engine.Chunking;

/// <summary>
/// Sixty-four stretches of the data at once, on a processor with AVX-512 and GFNI. Each tile, a cache line of every
/// stretch, is transposed, so that a vector holds the next byte of all 64, and <see cref="SlicedFingerprints"/> steps
/// them together. Only the stretch that holds the first cut is then scanned byte after byte.
/// </summary>
internal sealed class SlicedScan(RabinTables tables) : CutScan
{
    private const int Streams = ByteTranspose.Streams;
    private const int Line = RabinTables.Window;
    private const int Tile = Streams * Line;

    // Long enough that the window before a stretch costs little, short enough that little is scanned behind a cut.
    // Odd, so that the streams fall into different sets of the first cache.
    private const int MostLines = 17;

    private readonly PlainScan plain = new(tables);
    private readonly InterleavedScan interleaved = new(tables);
    private readonly SlicedFingerprints fingerprints = new(tables);

    public static bool IsSupported => SlicedFingerprints.IsSupported;

    [SkipLocalsInit]
    public override unsafe int Find(ReadOnlySpan<byte> data, int first, int last)
    {
        byte* tiles = stackalloc byte[2 * Tile + Vector512<byte>.Count];
        tiles += -(nint)tiles & (Vector512<byte>.Count - 1);
        while (last - first + 1 >= Tile)
        {
            int lines = Math.Min((last - first + 1) / Tile, MostLines);
            int stretch = ((lines - 1) | 1) * Line;
            ulong streams;
            fixed (byte* bytes = data)
            {
                streams = FindStreams(bytes + first - 1, stretch, tiles);
            }
            if (streams != 0)
            {
                first += BitOperations.TrailingZeroCount(streams) * stretch;
                return plain.Find(data, first, first + stretch - 1);
            }
            first += Streams * stretch;
        }
        return first <= last ? interleaved.Find(data, first, last) : None;
    }

    /// <summary>A bit for each stretch that holds a cut, the first stretch's lowest.</summary>
    private unsafe ulong FindStreams(byte* start, int stretch, byte* tiles)
    {
        byte* leaving = tiles;
        byte* entering = tiles + Tile;
        ByteTranspose.Transpose(start - Line, stretch, leaving);
        fingerprints.Begin(leaving, out SlicedFingerprints.Lanes lanes);
        for (int line = 0; line < stretch; line += Line)
        {
            ByteTranspose.Transpose(start + line, stretch, entering);
            fingerprints.Roll(leaving, entering, ref lanes);
            byte* spent = leaving;
            leaving = entering;
            entering = spent;
        }
        return Vector512.Equals(lanes.Least, Vector512<byte>.Zero).ExtractMostSignificantBits();
    }
}
