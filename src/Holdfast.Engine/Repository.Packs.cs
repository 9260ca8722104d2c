using System.Buffers.Binary;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Storage;
using Holdfast.Objects;

namespace Holdfast.Engine;

public sealed partial class Repository
{
    /// <summary>Every pack in the store, referenced or not.</summary>
    internal IAsyncEnumerable<StoredObject> ListPacksAsync(CancellationToken cancellationToken) =>
        Store.ListAsync(ObjectKind.Pack, cancellationToken);

    internal Task DeletePackAsync(Id pack, CancellationToken cancellationToken) =>
        Store.DeleteAsync(RepositoryStore.Name(ObjectKind.Pack, pack), cancellationToken);

    /// <summary>The blobs that the pack's own header lists.</summary>
    /// <param name="pack">Its name.</param>
    /// <param name="size">Its length in the store, in bytes.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>, <see cref="EngineErrorKind.NotFound"/>.</exception>
    internal async Task<PackContent> ReadPackHeaderAsync(Id pack, long size, CancellationToken cancellationToken)
    {
        ObjectName name = RepositoryStore.Name(ObjectKind.Pack, pack);
        byte[] lengthField = new byte[PackHeader.LengthField];
        if (size < PackHeader.TotalLength(0))
        {
            throw DamagedHeader(pack);
        }
        await Store.ReadAsync(name, size - lengthField.Length, lengthField, cancellationToken);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(lengthField);
        if (length > PackHeader.MaximumLength || length > size - lengthField.Length)
        {
            throw DamagedHeader(pack);
        }
        using PooledBytes header = PooledBytes.Rent((int)length);
        long start = size - lengthField.Length - length;
        await Store.ReadAsync(name, start, header.Writable, cancellationToken);
        return PackHeader.Read(header.Span, Sealer) is { } blobs && BlobsEnd(blobs) == start
            ? new PackContent(pack, blobs)
            : throw DamagedHeader(pack);
    }

    /// <summary>Reads the whole pack and compares everything in it with what the index lists.</summary>
    /// <returns>What is wrong, a sentence each; empty when all is well.</returns>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.NotFound"/>: there is no such pack.</exception>
    internal async Task<IReadOnlyList<string>> VerifyPackAsync(PackContent listed, CancellationToken cancellationToken)
    {
        ObjectName name = RepositoryStore.Name(ObjectKind.Pack, listed.Pack);
        using PooledBytes content = await Store.ReadAllAsync(name, cancellationToken);
        return PackCheck.Run(listed, content.Writable.Span, Sealer);
    }

    private static long BlobsEnd(List<PackEntry> blobs) =>
        blobs.Count == 0 ? 0 : (long)blobs[^1].Offset + blobs[^1].Length;

    private static EngineError DamagedHeader(Id pack) =>
        new(
            EngineErrorKind.Damaged,
            temporary: false,
            $"The header of pack {pack} is not what was stored.",
            "Restore the pack from a copy of the store; without its header it can only be removed."
        );
}
