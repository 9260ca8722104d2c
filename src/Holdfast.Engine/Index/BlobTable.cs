using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Holdfast.Engine.Packs;

namespace Holdfast.Engine.Index;

/// <summary>
/// The blobs of one kind, numbered as they come: runs of blobs that lie one behind the other in a pack, so that a blob's
/// length is where the next begins, and its pack is its run's. Arrays are only filled, never changed, so that readers
/// need no lock; only one thread adds.
/// </summary>
internal sealed class BlobTable
{
    private const int EntryBlockBits = 8;
    private const int RunBlockBits = 6;
    private const int EntryBlock = 1 << EntryBlockBits;
    private const int RunBlock = 1 << RunBlockBits;

    private volatile BlobSlots slots = new(64);
    private volatile Entry[][] entries = [];
    private volatile Run[][] runs = [];

    /// <summary>For each block of entries the run of its first.</summary>
    private volatile int[] firstRuns = [];
    private int entryCount;
    private int runCount;

    /// <summary>Lengths that do not fit an entry's three bytes, by number: trees of huge directories.</summary>
    private readonly ConcurrentDictionary<int, uint> longLengths = new();

    public int Count => Volatile.Read(ref entryCount);

    /// <summary>Above every number of <see cref="PackNumberOf"/>.</summary>
    public int PackNumbers => Volatile.Read(ref runCount);

    public long Bytes =>
        slots.Bytes
        + ((long)firstRuns.Length * sizeof(int))
        + BytesOf(entries, Blocks(entryCount, EntryBlockBits))
        + BytesOf(runs, Blocks(runCount, RunBlockBits));

    /// <returns>The blob's number, or -1.</returns>
    public int Find(in Id id)
    {
        BlobSlots current = slots;
        for (BlobSlots.Probe probe = current.Begin(id); current.TryNext(ref probe, out int number); )
        {
            if (EntryAt(number).Id.Bytes.SequenceEqual(id.Bytes))
            {
                return number;
            }
        }
        return -1;
    }

    /// <summary>The offset behind the last blob of the same pack.</summary>
    public uint PackEndOf(int number)
    {
        int run = RunOf(number);
        // A pack's runs were added one after the other.
        while (run + 1 < Volatile.Read(ref runCount) && RunAt(run + 1).Pack == RunAt(run).Pack)
        {
            run++;
        }
        return RunAt(run).End;
    }

    public Id IdOf(int number) => EntryAt(number).Id;

    public BlobLocation LocationOf(int number)
    {
        ref readonly Run run = ref RunAt(RunOf(number));
        ref readonly Entry entry = ref EntryAt(number);
        uint end = number + 1 == run.NextNumber ? run.End : EntryAt(number + 1).Offset;
        return new BlobLocation(run.Pack, entry.Offset, unchecked(end - entry.Offset), UncompressedLengthOf(number));
    }

    /// <summary>A number for the pack of a blob: the same for all its blobs in this table, unless two index objects differ on them.</summary>
    public int PackNumberOf(int number)
    {
        int run = RunOf(number);
        while (run > 0 && RunAt(run - 1).Pack == RunAt(run).Pack)
        {
            run--;
        }
        return run;
    }

    /// <param name="pack">Where they lie.</param>
    /// <param name="blobs">Not here yet, in order and without a gap between them.</param>
    public void AddRun(in Id pack, PackEntries blobs)
    {
        int first = entryCount;
        int next = checked(first + blobs.Count);
        MarkFirstRuns(next);
        Entry[][] entryBlocks = entries = WithRoom(entries, next, EntryBlockBits);
        for (int number = first; number < next; number++)
        {
            PackEntry blob = blobs[number - first];
            entryBlocks[number >> EntryBlockBits][number & (EntryBlock - 1)] = new Entry(in blob);
            if (blob.UncompressedLength >= Entry.LongLength)
            {
                longLengths[number] = blob.UncompressedLength;
            }
        }
        Run[][] runBlocks = runs = WithRoom(runs, runCount + 1, RunBlockBits);
        runBlocks[runCount >> RunBlockBits][runCount & (RunBlock - 1)] = new Run(pack, next, blobs[^1]);
        Volatile.Write(ref runCount, runCount + 1);
        Volatile.Write(ref entryCount, next);
        Publish(first, next);
    }

    /// <summary>Entry and run are written before the slot: a reader that sees the slot sees them.</summary>
    private void Publish(int first, int next)
    {
        BlobSlots current = slots;
        bool isNew = next > current.Capacity;
        if (isNew)
        {
            current = BlobSlots.For(next);
        }
        for (int number = isNew ? 0 : first; number < next; number++)
        {
            current.Add(EntryAt(number).Id, number);
        }
        slots = current;
    }

    /// <summary>The blocks that this run will begin are this run's.</summary>
    private void MarkFirstRuns(int next)
    {
        int[] marks = firstRuns;
        int needed = Blocks(next, EntryBlockBits);
        if (needed > marks.Length)
        {
            Array.Resize(ref marks, needed + (needed / 8));
        }
        marks.AsSpan(Blocks(entryCount, EntryBlockBits)..needed).Fill(runCount);
        firstRuns = marks;
    }

    /// <summary>Which run has the number: the first that ends behind it, and none behind the next block's first.</summary>
    private int RunOf(int number)
    {
        int block = number >> EntryBlockBits;
        int blocks = Blocks(Count, EntryBlockBits);
        int[] marks = firstRuns;
        int low = marks[block];
        int high = block + 1 < blocks ? marks[block + 1] : Volatile.Read(ref runCount) - 1;
        while (low < high)
        {
            int middle = (int)(((uint)low + (uint)high) / 2);
            (low, high) = RunAt(middle).NextNumber > number ? (low, middle) : (middle + 1, high);
        }
        return low;
    }

    private uint UncompressedLengthOf(int number)
    {
        uint length = EntryAt(number).UncompressedLength;
        return length == Entry.LongLength ? longLengths[number] : length;
    }

    private ref readonly Entry EntryAt(int number) => ref entries[number >> EntryBlockBits][number & (EntryBlock - 1)];

    private ref readonly Run RunAt(int number) => ref runs[number >> RunBlockBits][number & (RunBlock - 1)];

    /// <summary>Of so many blocks, with their arrays' headers and the places that refer to them.</summary>
    private static long BytesOf<T>(T[][] blocks, int count)
        where T : struct =>
        count == 0 ? 0 : count * (((long)blocks[0].Length * Unsafe.SizeOf<T>()) + (4L * IntPtr.Size));

    private static int Blocks(int count, int bits) => (count + (1 << bits) - 1) >> bits;

    /// <summary>The same blocks, and as many more as so many elements need.</summary>
    private static T[][] WithRoom<T>(T[][] blocks, int count, int bits)
    {
        int needed = Blocks(count, bits);
        int there = blocks.Length;
        while (there > 0 && blocks[there - 1] is null)
        {
            there--;
        }
        if (needed > blocks.Length)
        {
            Array.Resize(ref blocks, needed + (needed / 8));
        }
        for (; there < needed; there++)
        {
            blocks[there] = new T[1 << bits];
        }
        return blocks;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private readonly struct Entry(in PackEntry blob)
    {
        /// <summary>What stands for a length of three bytes or more that is kept elsewhere.</summary>
        public const uint LongLength = 0xFFFFFF;

        public readonly Id Id = blob.Id;
        public readonly uint Offset = blob.Offset;
        private readonly ushort low = (ushort)uint.Min(blob.UncompressedLength, LongLength);
        private readonly byte high = (byte)(uint.Min(blob.UncompressedLength, LongLength) >> 16);

        public uint UncompressedLength => low | ((uint)high << 16);
    }

    private readonly struct Run(in Id pack, int nextNumber, in PackEntry last)
    {
        public readonly Id Pack = pack;

        /// <summary>The number behind the run's last blob's.</summary>
        public readonly int NextNumber = nextNumber;

        /// <summary>The offset behind the run's last blob.</summary>
        public readonly uint End = unchecked(last.Offset + last.Length);
    }
}
