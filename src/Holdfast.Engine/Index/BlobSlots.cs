using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Holdfast.Engine.Index;

/// <summary>
/// An open-addressing table of numbers, four bytes a slot: the number plus one in the low bits, as many as the largest
/// needs, and above it so much of the id's hash as there is room for, so that hardly any entry but the right one is
/// looked at. Zero is free; nothing is removed.
/// </summary>
internal sealed class BlobSlots
{
    /// <summary>A search for what is not there then passes at most some fifty slots: three or four cache lines.</summary>
    private const int FullAtTenths = 9;

    /// <summary>
    /// Tenants choose what ids begin with, by trying; where a blob's slot is must not follow from it. One for the process.
    /// </summary>
    private static readonly ulong Multiplier = MemoryMarshal.Read<ulong>(RandomNumberGenerator.GetBytes(8)) | 1;

    private readonly uint[] slots;
    private readonly uint numberMask;

    /// <param name="capacity">How many numbers, from zero, it is to have room for.</param>
    public BlobSlots(int capacity)
    {
        Capacity = capacity;
        slots = new uint[checked((int)(((long)capacity * 10 / FullAtTenths) + 1))];
        numberMask = uint.MaxValue >> int.LeadingZeroCount(capacity);
    }

    public int Capacity { get; }

    public long Bytes => (long)slots.Length * sizeof(uint);

    /// <summary>One that is to grow: an eighth beyond what is needed, so that it stays more than three quarters full.</summary>
    public static BlobSlots For(int needed) => new(CapacityFor(needed));

    public static int CapacityFor(int needed) => checked(needed + (needed / 8));

    /// <summary>A search under way.</summary>
    public struct Probe
    {
        internal int Slot;
        internal uint Tag;
    }

    public Probe Begin(in Id id)
    {
        ulong hash = MemoryMarshal.Read<ulong>(id.Bytes) * Multiplier;
        return new Probe { Slot = (int)(((hash >> 32) * (ulong)slots.Length) >> 32), Tag = (uint)hash & ~numberMask };
    }

    /// <summary>The next number whose id may be the one searched; false when there is none.</summary>
    public bool TryNext(ref Probe probe, out int number)
    {
        uint[] all = slots;
        uint tagMask = ~numberMask;
        int slot = probe.Slot;
        uint tag = probe.Tag;
        while (true)
        {
            uint value = Volatile.Read(ref all[slot]);
            slot = slot + 1 == all.Length ? 0 : slot + 1;
            if (value == 0)
            {
                number = -1;
                return false;
            }
            if ((value & tagMask) == tag)
            {
                probe.Slot = slot;
                number = (int)(value & numberMask) - 1;
                return true;
            }
        }
    }

    /// <summary>By one thread alone; a reader finds the number from then on.</summary>
    public void Add(in Id id, int number)
    {
        Probe probe = Begin(id);
        int slot = probe.Slot;
        while (slots[slot] != 0)
        {
            slot = slot + 1 == slots.Length ? 0 : slot + 1;
        }
        Volatile.Write(ref slots[slot], probe.Tag | (uint)(number + 1));
    }
}
