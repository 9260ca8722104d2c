using System.Collections;

namespace Holdfast.Engine.Packs;

/// <summary>
/// Entries in blocks: there may be 50,000 in a pack, and no array of them is so large that the garbage collector would
/// move it among the long-lived at once.
/// </summary>
internal sealed class PackEntries : IReadOnlyList<PackEntry>
{
    private const int BlockBits = 10;
    private const int Block = 1 << BlockBits;
    private const int FirstLength = 16;

    private readonly List<PackEntry[]> blocks = [];

    public int Count { get; private set; }

    public PackEntry this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
            return blocks[index >> BlockBits][index & (Block - 1)];
        }
    }

    public void Add(in PackEntry entry)
    {
        int block = Count >> BlockBits;
        int place = Count & (Block - 1);
        if (block == blocks.Count)
        {
            blocks.Add(new PackEntry[block == 0 ? FirstLength : Block]);
        }
        PackEntry[] entries = blocks[block];
        if (place == entries.Length)
        {
            Array.Resize(ref entries, 2 * place); // The first block alone.
            blocks[block] = entries;
        }
        entries[place] = entry;
        Count++;
    }

    /// <summary>Forgets the entries and keeps the blocks.</summary>
    public void Clear() => Count = 0;

    public IEnumerator<PackEntry> GetEnumerator()
    {
        for (int index = 0; index < Count; index++)
        {
            yield return this[index];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
