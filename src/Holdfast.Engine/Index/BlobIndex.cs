using System.Numerics;
using System.Runtime.InteropServices;
using Holdfast.Engine.Packs;

namespace Holdfast.Engine.Index;

/// <summary>
/// Where every blob lies: 48 bytes a blob in blocks, and an open-addressing table of their numbers. Any number of threads
/// may read while one adds; nothing is ever removed, a smaller index is built anew.
/// </summary>
internal sealed class BlobIndex
{
    private const int BlockBits = 13;
    private const int PackBlockBits = 10;
    private const uint TreeFlag = 1u << 31;

    private readonly Lock gate = new();
    private volatile Table table = new(1024);
    private int count;
    private int packCount;

    internal int Count => Volatile.Read(ref count);

    internal bool Contains(BlobKind kind, in Id id) => table.Find(kind, id) >= 0;

    internal int PackCount => Volatile.Read(ref packCount);

    /// <summary>Marks the blob's pack, too.</summary>
    internal bool Contains(BlobKind kind, in Id id, UsedPacks used)
    {
        Table current = table;
        int number = current.Find(kind, id);
        if (number < 0)
        {
            return false;
        }
        used.Mark((int)(current.At(number).Pack & ~TreeFlag));
        return true;
    }

    internal bool TryLocate(BlobKind kind, in Id id, out BlobLocation location)
    {
        Table current = table;
        int number = current.Find(kind, id);
        if (number < 0)
        {
            location = default;
            return false;
        }
        ref readonly Entry entry = ref current.At(number);
        location = new BlobLocation(
            current.PackAt((int)(entry.Pack & ~TreeFlag)),
            entry.Offset,
            entry.Length,
            entry.UncompressedLength
        );
        return true;
    }

    /// <summary>Adds a pack's blobs. Of a blob that is there already the first place stays.</summary>
    internal void Add(PackContent pack)
    {
        lock (gate)
        {
            MakeRoom(pack.Blobs.Count);
            table.SetPack(packCount, pack.Pack);
            int before = count;
            foreach (PackEntry blob in pack.Blobs)
            {
                uint packNumber = (uint)packCount | (blob.Kind == BlobKind.Tree ? TreeFlag : 0);
                if (table.TryAdd(new Entry(blob, packNumber), count))
                {
                    Volatile.Write(ref count, count + 1);
                }
            }
            if (count > before)
            {
                Volatile.Write(ref packCount, packCount + 1);
            }
        }
    }

    /// <summary>Publishes a larger table when this one would get fuller than three quarters.</summary>
    private void MakeRoom(int blobs)
    {
        int needed = count + blobs + 1;
        if (needed > table.Capacity)
        {
            var larger = new Table(checked((int)BitOperations.RoundUpToPowerOf2((uint)(needed + needed / 3 + 1))));
            larger.TakeOver(table, count);
            table = larger;
        }
    }

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private readonly struct Entry(in PackEntry blob, uint pack)
    {
        internal readonly Id Id = blob.Id;
        internal readonly uint Pack = pack;
        internal readonly uint Offset = blob.Offset;
        internal readonly uint Length = blob.Length;
        internal readonly uint UncompressedLength = blob.UncompressedLength;

        internal BlobKind Kind => (Pack & TreeFlag) != 0 ? BlobKind.Tree : BlobKind.Data;
    }

    /// <summary>
    /// Slots hold entry numbers plus one; zero is free. A table never changes its arrays, only fills them, so that a
    /// reader who still has an old table is safe.
    /// </summary>
    private sealed class Table(int size)
    {
        private readonly int[] slots = new int[size];
        private readonly Entry[][] blocks = new Entry[(size >> BlockBits) + 1][];
        private readonly Id[][] packs = new Id[(size >> PackBlockBits) + 1][];

        /// <summary>Entries that fit, and as many packs: each has at least one.</summary>
        internal int Capacity => size / 4 * 3;

        internal ref Entry At(int number) => ref blocks[number >> BlockBits][number & ((1 << BlockBits) - 1)];

        internal Id PackAt(int number) => packs[number >> PackBlockBits][number & ((1 << PackBlockBits) - 1)];

        internal void SetPack(int number, in Id pack)
        {
            Id[] block = packs[number >> PackBlockBits] ??= new Id[1 << PackBlockBits];
            block[number & ((1 << PackBlockBits) - 1)] = pack;
        }

        internal int Find(BlobKind kind, in Id id)
        {
            for (int slot = First(id); ; slot = (slot + 1) & (size - 1))
            {
                int number = Volatile.Read(ref slots[slot]) - 1;
                if (number < 0)
                {
                    return -1;
                }
                ref readonly Entry entry = ref At(number);
                if (entry.Id == id && entry.Kind == kind)
                {
                    return number;
                }
            }
        }

        internal bool TryAdd(in Entry entry, int number)
        {
            if (Find(entry.Kind, entry.Id) >= 0)
            {
                return false;
            }
            blocks[number >> BlockBits] ??= GC.AllocateUninitializedArray<Entry>(1 << BlockBits);
            At(number) = entry;
            Publish(number);
            return true;
        }

        internal void TakeOver(Table smaller, int entries)
        {
            smaller.blocks.CopyTo(blocks, 0);
            smaller.packs.CopyTo(packs, 0);
            for (int number = 0; number < entries; number++)
            {
                Publish(number);
            }
        }

        /// <summary>The slot is written after the entry: a reader that sees the slot sees the entry.</summary>
        private void Publish(int number)
        {
            int slot = First(At(number).Id);
            while (slots[slot] != 0)
            {
                slot = (slot + 1) & (size - 1);
            }
            Volatile.Write(ref slots[slot], number + 1);
        }

        private int First(in Id id) => id.GetHashCode() & (size - 1);
    }
}
