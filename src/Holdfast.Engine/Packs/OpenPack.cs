using Holdfast.Engine.Crypto;

namespace Holdfast.Engine.Packs;

/// <summary>
/// A pack being filled. Threads reserve places one after the other and seal their blobs into them at the same time; the
/// pack is ready when it is closed and every place is filled.
/// </summary>
internal sealed class OpenPack(MappedMemory buffer, PackEntries entries)
{
    /// <summary>
    /// Keeps what a pack takes in memory, its header and its index object small, however tiny its blobs. So many of the
    /// tiniest are 3.5 MB, which a prune does not take for a pack too small to stay.
    /// </summary>
    private const int MaximumBlobs = 50_000;

    private readonly Lock gate = new();
    private int length;
    private int entriesLength;
    private int unfilled;
    private bool closed;

    internal MappedMemory Buffer => buffer;

    internal IReadOnlyList<PackEntry> Entries => entries;

    /// <summary>Bytes of a pack that holds this one blob alone.</summary>
    internal static int LengthWith(int storedLength, uint uncompressedLength) =>
        storedLength + PackHeader.TotalLength(PackHeader.EntryLength(uncompressedLength));

    /// <returns>False when the blob does not fit any more.</returns>
    internal bool TryReserve(BlobKind kind, in Id id, int stored, uint uncompressed, out Memory<byte> place)
    {
        lock (gate)
        {
            int entry = PackHeader.EntryLength(uncompressed);
            bool fits =
                (long)length + stored + PackHeader.TotalLength(entriesLength + entry) <= buffer.Length
                && entries.Count < MaximumBlobs;
            place = fits ? buffer.Memory.Slice(length, stored) : default;
            if (fits)
            {
                entries.Add(new PackEntry(kind, id, (uint)length, (uint)stored, uncompressed));
                length += stored;
                entriesLength += entry;
                unfilled++;
            }
            return fits;
        }
    }

    /// <summary>Bytes of blobs reserved so far.</summary>
    internal int Length
    {
        get
        {
            lock (gate)
            {
                return length;
            }
        }
    }

    /// <returns>True when the pack became ready by this.</returns>
    internal bool Filled()
    {
        lock (gate)
        {
            unfilled--;
            return closed && unfilled == 0;
        }
    }

    /// <summary>No place is reserved any more.</summary>
    /// <returns>True when the pack became ready by this.</returns>
    internal bool Close()
    {
        lock (gate)
        {
            closed = true;
            return unfilled == 0;
        }
    }

    /// <summary>Adds the header of a ready pack.</summary>
    /// <returns>The whole pack.</returns>
    internal ReadOnlyMemory<byte> Finish(Sealer sealer)
    {
        int header = PackHeader.TotalLength(entriesLength);
        PackHeader.Write(entries, sealer, buffer.GetSpan().Slice(length, header));
        return buffer.Memory[..(length + header)];
    }
}
