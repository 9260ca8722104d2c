using Holdfast.Engine.Packs;

namespace Holdfast.Engine.Maintenance;

/// <summary>What a pack costs beside its blobs.</summary>
internal static class PackFormat
{
    /// <summary>Bytes of a pack that belong to no blob: the header's seal and its length.</summary>
    public const int Overhead = 32 + 4;

    /// <summary>Bytes of one blob's header entry: type, length, id, and the uncompressed length of a compressed one.</summary>
    public static int EntryLength(uint uncompressedLength) => uncompressedLength == 0 ? 37 : 41;

    /// <summary>Bytes that a blob takes of its pack.</summary>
    public static long Cost(in BlobLocation location) => location.Length + EntryLength(location.UncompressedLength);
}
