using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Packs;

namespace Holdfast.Engine.Index;

/// <summary>
/// The blobs of one kind, numbered as they come: runs of blobs that lie one behind the other in a pack, so that a blob's
/// length is where the next begins, and its pack is its run's. What is there never changes, so that readers need no lock;
/// only one thread adds.
/// </summary>
internal sealed class BlobTable
{
    private const int SpanBits = 8;

    private readonly MappedBlocks<Entry> entries = new(bits: 15);
    private readonly MappedBlocks<Run> runs = new(bits: 12);
    private volatile BlobSlots slots = new(64);

    /// <summary>For each span of 256 entries the run of its first.</summary>
    private volatile int[] firstRuns = [];
    private int entryCount;
    private int runCount;

    /// <summary>Lengths that do not fit an entry's three bytes, by number: trees of huge directories.</summary>
    private readonly ConcurrentDictionary<int, uint> longLengths = new();

    public int Count => Volatile.Read(ref entryCount);

    /// <summary>Above every number of <see cref="PackNumberOf"/>.</summary>
    public int PackNumbers => Volatile.Read(ref runCount);

    public long Bytes =>
        slots.Bytes + ((long)firstRuns.Length * sizeof(int)) + entries.BytesOf(entryCount) + runs.BytesOf(runCount);

    /// <summary>Of the blobs themselves, before they were compressed and sealed.</summary>
    public long PlainBytes { get; private set; }

    /// <returns>The blob's number, or -1.</returns>
    public int Find(in Id id)
    {
        BlobSlots current = slots;
        for (BlobSlots.Probe probe = current.Begin(id); current.TryNext(ref probe, out int number); )
        {
            if (entries[number].Id == id)
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
        while (run + 1 < Volatile.Read(ref runCount) && runs[run + 1].Pack == runs[run].Pack)
        {
            run++;
        }
        return runs[run].End;
    }

    public Id IdOf(int number) => entries[number].Id;

    public BlobLocation LocationOf(int number)
    {
        Run run = runs[RunOf(number)];
        Entry entry = entries[number];
        uint end = number + 1 == run.NextNumber ? run.End : entries[number + 1].Offset;
        return new BlobLocation(
            run.Pack,
            entry.Offset,
            unchecked(end - entry.Offset),
            UncompressedLengthOf(entry, number)
        );
    }

    /// <summary>A number for the pack of a blob: the same for all its blobs in this table, unless two index objects differ on them.</summary>
    public int PackNumberOf(int number)
    {
        int run = RunOf(number);
        while (run > 0 && runs[run - 1].Pack == runs[run].Pack)
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
        entries.MakeRoom(next);
        for (int number = first; number < next; number++)
        {
            PackEntry blob = blobs[number - first];
            entries[number] = new Entry(in blob);
            PlainBytes += blob.UncompressedLength != 0 ? blob.UncompressedLength : blob.Length - Sealer.Overhead;
            if (blob.UncompressedLength >= Entry.LongLength)
            {
                longLengths[number] = blob.UncompressedLength;
            }
        }
        runs.MakeRoom(runCount + 1);
        runs[runCount] = new Run(pack, next, blobs[^1]);
        Volatile.Write(ref runCount, runCount + 1);
        Volatile.Write(ref entryCount, next);
        Publish(first, next);
    }

    /// <summary>Lays slots out for so many more: else they grow by an eighth, nine times over for as many as there are then.</summary>
    public void Expect(int more)
    {
        int needed = checked(entryCount + more);
        if (needed > slots.Capacity)
        {
            LaySlots(needed);
        }
    }

    /// <summary>Gives back the room of those that were expected and have not come.</summary>
    public void Trim()
    {
        if (slots.Capacity > BlobSlots.CapacityFor(entryCount))
        {
            LaySlots(entryCount);
        }
    }

    /// <summary>Entry and run are written before the slot: a reader that sees the slot sees them.</summary>
    private void Publish(int first, int next)
    {
        BlobSlots current = slots;
        if (next > current.Capacity)
        {
            LaySlots(next);
            return;
        }
        for (int number = first; number < next; number++)
        {
            current.Add(entries[number].Id, number);
        }
    }

    private void LaySlots(int needed)
    {
        BlobSlots laid = BlobSlots.For(needed);
        for (int number = 0; number < entryCount; number++)
        {
            laid.Add(entries[number].Id, number);
        }
        slots = laid;
    }

    /// <summary>The spans that this run will begin are this run's.</summary>
    private void MarkFirstRuns(int next)
    {
        int[] marks = firstRuns;
        int needed = Spans(next);
        if (needed > marks.Length)
        {
            Array.Resize(ref marks, needed + (needed / 8));
        }
        marks.AsSpan(Spans(entryCount)..needed).Fill(runCount);
        firstRuns = marks;
    }

    /// <summary>Which run has the number: the first that ends behind it, and none behind the next span's first.</summary>
    private int RunOf(int number)
    {
        int span = number >> SpanBits;
        int spans = Spans(Count);
        int[] marks = firstRuns;
        int low = marks[span];
        int high = span + 1 < spans ? marks[span + 1] : Volatile.Read(ref runCount) - 1;
        while (low < high)
        {
            int middle = (int)(((uint)low + (uint)high) / 2);
            (low, high) = runs[middle].NextNumber > number ? (low, middle) : (middle + 1, high);
        }
        return low;
    }

    private uint UncompressedLengthOf(in Entry entry, int number) =>
        entry.UncompressedLength == Entry.LongLength ? longLengths[number] : entry.UncompressedLength;

    private static int Spans(int count) => (count + (1 << SpanBits) - 1) >> SpanBits;

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
