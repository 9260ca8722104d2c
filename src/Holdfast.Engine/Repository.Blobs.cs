using Holdfast.Engine.Packs;
using Holdfast.Engine.Storage;

namespace Holdfast.Engine;

public sealed partial class Repository
{
    /// <summary>
    /// The blob's plaintext, verified against its id, in a pooled buffer that the caller disposes.
    /// </summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>, naming blob and pack, also when the index lacks it.</exception>
    public async Task<PooledBytes> LoadBlobAsync(BlobKind kind, Id id, CancellationToken cancellationToken)
    {
        BlobLocation location = Locate(kind, id);
        try
        {
            return await LoadBlobAtAsync(kind, id, location, cancellationToken);
        }
        catch (EngineError error) when (error.Kind == EngineErrorKind.NotFound)
        {
            // The pack is gone: a prune has moved the blob since the index was loaded.
            await LoadIndexAsync(cancellationToken);
        }
        location = Locate(kind, id);
        try
        {
            return await LoadBlobAtAsync(kind, id, location, cancellationToken);
        }
        catch (EngineError error) when (error.Kind == EngineErrorKind.NotFound)
        {
            throw BlobCodec.Damaged(kind, id, location, "the pack is missing", error);
        }
    }

    /// <summary>Starts a run that adds blobs. Load the index first, or everything counts as new.</summary>
    public BlobWriter CreateWriter() => new(this, evenIfStored: false);

    /// <summary>Starts a run that moves blobs: it stores, each once, also what the index has.</summary>
    internal BlobWriter CreateRepackWriter() => new(this, evenIfStored: true);

    /// <summary>The blob at a place, whatever the loaded index says, verified.</summary>
    /// <exception cref="EngineError">
    /// <see cref="EngineErrorKind.NotFound"/> when there is no such pack; <see cref="EngineErrorKind.Damaged"/>.
    /// </exception>
    internal async Task<PooledBytes> LoadBlobAtAsync(
        BlobKind kind,
        Id id,
        BlobLocation location,
        CancellationToken cancellationToken
    )
    {
        using PooledBytes sealedBlob = PooledBytes.Rent(checked((int)location.Length));
        // A second read tells bytes damaged on their way from bytes damaged where they lie.
        for (int attempt = 0; attempt < 2; attempt++)
        {
            await Store.ReadAsync(
                RepositoryStore.Name(ObjectKind.Pack, location.Pack),
                location.Offset,
                sealedBlob.Writable,
                cancellationToken
            );
            if (
                BlobCodec.TryOpen(
                    Sealer,
                    sealedBlob.Writable.Span,
                    id,
                    location.UncompressedLength,
                    out PooledBytes blob
                )
            )
            {
                return blob;
            }
        }
        throw BlobCodec.Damaged(kind, id, location, "its bytes are not what was stored");
    }

    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>: the loaded index lacks it.</exception>
    internal BlobLocation Locate(BlobKind kind, Id id) =>
        TryLocate(kind, id, out BlobLocation location)
            ? location
            : throw new EngineError(
                EngineErrorKind.Damaged,
                temporary: false,
                $"No index lists {BlobCodec.Noun(kind)} blob {id}.",
                "Run check to see which backups miss data."
            );
}
