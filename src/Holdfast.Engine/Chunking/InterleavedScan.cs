using System.Runtime.CompilerServices;

namespace Holdfast.Engine.Chunking;

/// <summary>
/// Four stretches of the data at once, on any processor. One step waits for the look-up of the step before; four
/// independent chains keep the processor busy meanwhile.
/// </summary>
internal sealed class InterleavedScan(RabinTables tables) : CutScan
{
    private const int Window = RabinTables.Window;
    private const int Streams = 4;

    // What lies behind a cut is scanned in vain, up to a block; a stream's start costs a window.
    private const int Block = 64 * 1024;

    private readonly PlainScan plain = new(tables);

    public override int Find(ReadOnlySpan<byte> data, int first, int last)
    {
        while (last - first + 1 >= Streams * Window)
        {
            int stretch = Math.Min(last - first + 1, Block) / Streams;
            int cut = FindInBlock(data, first, stretch);
            if (cut != None)
            {
                return cut;
            }
            first += Streams * stretch;
        }
        return first <= last ? plain.Find(data, first, last) : None;
    }

    private unsafe int FindInBlock(ReadOnlySpan<byte> data, int first, int stretch)
    {
        int start = first - 1;
        ulong a = Before(data, start);
        ulong b = Before(data, start + stretch);
        ulong c = Before(data, start + 2 * stretch);
        ulong d = Before(data, start + 3 * stretch);
        int found = int.MaxValue;
        fixed (byte* bytes = data.Slice(start - Window, Window + Streams * stretch))
        fixed (ulong* reduce = tables.Reduce)
        fixed (ulong* leave = tables.Leave)
        {
            byte* leaving = bytes;
            for (int i = 0; i < stretch; i++, leaving++)
            {
                a = Roll(a, leaving, reduce, leave);
                b = Roll(b, leaving + stretch, reduce, leave);
                c = Roll(c, leaving + 2 * stretch, reduce, leave);
                d = Roll(d, leaving + 3 * stretch, reduce, leave);
                if (RabinTables.IsCut(a))
                {
                    return first + i;
                }
                if (RabinTables.IsCut(b) || RabinTables.IsCut(c) || RabinTables.IsCut(d))
                {
                    int stream =
                        RabinTables.IsCut(b) ? 1
                        : RabinTables.IsCut(c) ? 2
                        : 3;
                    found = Math.Min(found, first + stream * stretch + i);
                }
            }
        }
        return found == int.MaxValue ? None : found;
    }

    private ulong Before(ReadOnlySpan<byte> data, int start) => tables.Fingerprint(data.Slice(start - Window, Window));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe ulong Roll(ulong fingerprint, byte* leaving, ulong* reduce, ulong* leave) =>
        (fingerprint << 8) ^ reduce[fingerprint >> RabinTables.TopShift] ^ leave[*leaving] ^ leaving[Window];
}
