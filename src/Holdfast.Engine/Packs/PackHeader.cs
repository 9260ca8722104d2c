using System.Buffers.Binary;
using Holdfast.Engine.Crypto;

namespace Holdfast.Engine.Packs;

/// <summary>
/// The end of a pack: its sealed list of blobs, then that list's sealed length. The blobs lie before it without gaps, so
/// the list needs no offsets.
/// </summary>
internal static class PackHeader
{
    internal const int LengthField = sizeof(uint);

    private const int PlainEntryLength = 1 + sizeof(uint) + Id.Size;
    private const int CompressedEntryLength = PlainEntryLength + sizeof(uint);
    private const byte CompressedFlag = 2;

    internal static int EntryLength(uint uncompressedLength) =>
        uncompressedLength == 0 ? PlainEntryLength : CompressedEntryLength;

    /// <summary>Bytes that a blob takes of its pack: its own, and its entry here.</summary>
    internal static long Cost(in PackEntry blob) => blob.Length + EntryLength(blob.UncompressedLength);

    /// <summary>Bytes at the end of a pack whose entries take <paramref name="entriesLength"/> bytes.</summary>
    internal static int TotalLength(int entriesLength) => entriesLength + Sealer.Overhead + LengthField;

    /// <summary>The length that a pack with these blobs must have, in bytes.</summary>
    internal static long PackLength(IEnumerable<PackEntry> blobs)
    {
        long length = TotalLength(0);
        foreach (PackEntry blob in blobs)
        {
            length += Cost(blob);
        }
        return length;
    }

    /// <summary>Writes header and length field into <paramref name="destination"/>, which they fill exactly.</summary>
    internal static void Write(IReadOnlyList<PackEntry> entries, Sealer sealer, Span<byte> destination)
    {
        int sealedLength = destination.Length - LengthField;
        using PooledBytes plaintext = PooledBytes.RentSeldom(sealedLength - Sealer.Overhead);
        Span<byte> rest = plaintext.Writable.Span;
        foreach (PackEntry entry in entries)
        {
            rest = rest[WriteEntry(entry, rest)..];
        }
        sealer.Seal(plaintext.Span, destination[..sealedLength]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[sealedLength..], (uint)sealedLength);
    }

    /// <summary>Reads the sealed header, without the length field, of a pack whose blobs take what is before it.</summary>
    /// <returns>Null when it is not what was stored.</returns>
    internal static List<PackEntry>? Read(ReadOnlySpan<byte> sealedHeader, Sealer sealer)
    {
        if (sealedHeader.Length < Sealer.Overhead)
        {
            return null;
        }
        using PooledBytes plaintext = PooledBytes.RentSeldom(sealedHeader.Length - Sealer.Overhead);
        if (!sealer.TryOpen(sealedHeader, plaintext.Writable.Span))
        {
            return null;
        }
        var entries = new List<PackEntry>(plaintext.Length / PlainEntryLength);
        ReadOnlySpan<byte> rest = plaintext.Span;
        uint offset = 0;
        while (!rest.IsEmpty)
        {
            if (!TryReadEntry(ref rest, ref offset, out PackEntry entry))
            {
                return null;
            }
            entries.Add(entry);
        }
        return entries;
    }

    private static int WriteEntry(in PackEntry entry, Span<byte> to)
    {
        to[0] = (byte)((byte)entry.Kind | (entry.IsCompressed ? CompressedFlag : 0));
        BinaryPrimitives.WriteUInt32LittleEndian(to[1..], entry.Length);
        int length = 1 + sizeof(uint);
        if (entry.IsCompressed)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(to[length..], entry.UncompressedLength);
            length += sizeof(uint);
        }
        entry.Id.Bytes.CopyTo(to[length..]);
        return length + Id.Size;
    }

    private static bool TryReadEntry(ref ReadOnlySpan<byte> from, ref uint offset, out PackEntry entry)
    {
        entry = default;
        byte type = from[0];
        bool compressed = (type & CompressedFlag) != 0;
        int length = compressed ? CompressedEntryLength : PlainEntryLength;
        if (type > (byte)(BlobKind.Tree) + CompressedFlag || from.Length < length)
        {
            return false;
        }
        uint stored = BinaryPrimitives.ReadUInt32LittleEndian(from[1..]);
        uint uncompressed = compressed ? BinaryPrimitives.ReadUInt32LittleEndian(from[5..]) : 0;
        if (stored < Sealer.Overhead || stored > uint.MaxValue - offset || (compressed && uncompressed == 0))
        {
            return false;
        }
        var id = new Id(from.Slice(length - Id.Size, Id.Size));
        entry = new PackEntry((BlobKind)(type & 1), id, offset, stored, uncompressed);
        offset += stored;
        from = from[length..];
        return true;
    }
}
