using Holdfast.Engine.Packs;

namespace Holdfast.Engine.Restore;

/// <summary>One blob that one file needs at one offset of it.</summary>
internal readonly record struct Piece(FilePlan File, Id Blob, long FileOffset, BlobLocation Location);

/// <summary>A stretch of a pack that is read at once, and the pieces in it: those from First to before End.</summary>
internal readonly record struct PackRange(Id Pack, uint Offset, int Length, int First, int End);

/// <summary>Orders pieces by where they lie, so that each pack is read once and forwards.</summary>
internal static class PackPlan
{
    /// <summary>Unneeded bytes between two blobs up to here are read along: cheaper than a second request.</summary>
    private const int GapMax = 128 * 1024;

    /// <summary>A longer range is split between blobs, so that memory stays bounded and workers share a pack.</summary>
    public const int RangeMax = 4 * 1024 * 1024;

    /// <summary>Ranges read side by side: what hides a remote store's latency when each of them is short.</summary>
    private const int RangesAtOnce = 16;

    /// <summary>Sorts the pieces by pack, in order of first need, and by offset; then cuts them into ranges.</summary>
    public static List<PackRange> Make(Piece[] pieces)
    {
        Sort(pieces);
        var ranges = new List<PackRange>();
        int first = 0;
        uint end = 0;
        for (int i = 0; i < pieces.Length; i++)
        {
            BlobLocation location = pieces[i].Location;
            BlobLocation start = pieces[first].Location;
            bool joins =
                i > first
                && location.Pack == start.Pack
                && location.Offset <= (ulong)end + GapMax
                && location.Offset + (ulong)location.Length - start.Offset <= RangeMax;
            // The same blob again adds nothing, however long it is.
            joins |= i > first && location == pieces[i - 1].Location;
            if (i > first && !joins)
            {
                ranges.Add(Range(pieces, first, i, end));
                first = i;
                end = 0;
            }
            end = Math.Max(end, location.Offset + location.Length);
        }
        if (pieces.Length > 0)
        {
            ranges.Add(Range(pieces, first, pieces.Length, end));
        }
        return ranges;
    }

    /// <summary>Parts the ranges into what one worker reads side by side, of <see cref="RangeMax"/> bytes or one range.</summary>
    public static List<List<PackRange>> Windows(IEnumerable<PackRange> ranges)
    {
        var windows = new List<List<PackRange>>();
        long length = 0;
        foreach (PackRange range in ranges)
        {
            length += range.Length;
            if (windows.Count == 0 || length > RangeMax || windows[^1].Count == RangesAtOnce)
            {
                windows.Add([]);
                length = range.Length;
            }
            windows[^1].Add(range);
        }
        return windows;
    }

    private static PackRange Range(Piece[] pieces, int first, int next, uint end)
    {
        BlobLocation start = pieces[first].Location;
        return new PackRange(start.Pack, start.Offset, checked((int)(end - start.Offset)), first, next);
    }

    private static void Sort(Piece[] pieces)
    {
        var order = new Dictionary<Id, uint>();
        var keys = new (uint Pack, uint Offset, int Index)[pieces.Length];
        for (int i = 0; i < pieces.Length; i++)
        {
            if (!order.TryGetValue(pieces[i].Location.Pack, out uint pack))
            {
                order.Add(pieces[i].Location.Pack, pack = (uint)order.Count);
            }
            keys[i] = (pack, pieces[i].Location.Offset, i);
        }
        Array.Sort(keys, pieces);
    }
}
