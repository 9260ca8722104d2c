using System.Numerics;
using Holdfast.Engine.Packs;

namespace Holdfast.Engine.Index;

/// <summary>
/// Which of an index's packs a run has met blobs in that it needs: a bit each, for those that were there when it began.
/// Safe for many threads.
/// </summary>
/// <param name="dataPacks">How many packs of data there were.</param>
/// <param name="treePacks">How many packs of trees there were; one that holds both counts twice.</param>
internal sealed class UsedPacks(int dataPacks, int treePacks)
{
    private readonly ulong[] data = new ulong[(dataPacks >> 6) + 1];
    private readonly ulong[] trees = new ulong[(treePacks >> 6) + 1];

    internal int Count => data.Sum(BitOperations.PopCount) + trees.Sum(BitOperations.PopCount);

    internal void Mark(BlobKind kind, int pack)
    {
        bool isTree = kind == BlobKind.Tree;
        if (pack >= (isTree ? treePacks : dataPacks))
        {
            return;
        }
        ref ulong word = ref (isTree ? trees : data)[pack >> 6];
        ulong bit = 1UL << pack;
        // Most blobs are in a pack that is marked, and reading keeps the word in every processor's cache.
        if ((Volatile.Read(ref word) & bit) == 0)
        {
            _ = Interlocked.Or(ref word, bit);
        }
    }
}
