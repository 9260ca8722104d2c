using System.Numerics;

namespace Holdfast.Engine.Index;

/// <summary>
/// Which of an index's packs a run has met blobs in that it needs: a bit each, for those that were there when it began.
/// Safe for many threads.
/// </summary>
/// <param name="packs">How many there were.</param>
internal sealed class UsedPacks(int packs)
{
    private readonly ulong[] bits = new ulong[(packs >> 6) + 1];

    internal int Count => bits.Sum(BitOperations.PopCount);

    internal void Mark(int pack)
    {
        if (pack >= packs)
        {
            return;
        }
        ref ulong word = ref bits[pack >> 6];
        ulong bit = 1UL << pack;
        // Most blobs are in a pack that is marked, and reading keeps the word in every processor's cache.
        if ((Volatile.Read(ref word) & bit) == 0)
        {
            _ = Interlocked.Or(ref word, bit);
        }
    }
}
