namespace Holdfast.Engine.Packs;

/// <summary>One blob of a pack, as the pack's header and the index both list it.</summary>
internal readonly record struct PackEntry(BlobKind Kind, Id Id, uint Offset, uint Length, uint UncompressedLength)
{
    internal bool IsCompressed => UncompressedLength != 0;

    internal BlobLocation In(in Id pack) => new(pack, Offset, Length, UncompressedLength);
}

/// <summary>A pack and its blobs in the order of their offsets.</summary>
internal sealed record PackContent(Id Pack, IReadOnlyList<PackEntry> Blobs);
