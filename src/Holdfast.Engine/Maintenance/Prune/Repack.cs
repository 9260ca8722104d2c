using Holdfast.Engine.Packs;
using Holdfast.Engine.Storage;

namespace Holdfast.Engine.Maintenance.Prune;

/// <summary>
/// Stores anew the blobs that some packs are to provide, each verified on the way. Packs are read in stretches, a few
/// ahead: 4 MiB each.
/// </summary>
/// <param name="wanted">Whether a pack is to provide the blob.</param>
internal sealed class Repack(Repository repository, BlobWriter writer, Func<Id, PackEntry, bool> wanted)
{
    private const int StretchesAhead = 6;

    /// <summary>Moves the packs' blobs in turn.</summary>
    /// <param name="packs">Enumerated a few ahead, so that it may end when time is up.</param>
    /// <param name="moved">Told of each pack once all its blobs were given to the writer.</param>
    /// <param name="cancellationToken">Ends the run; the writer is of no more use.</param>
    public async Task RunAsync(IEnumerable<PackContent> packs, Action<Id> moved, CancellationToken cancellationToken)
    {
        await foreach (
            (Part part, PooledBytes? bytes) in ReadAhead.InOrderAsync(
                packs.SelectMany(PartsOf),
                Math.Min(StretchesAhead, repository.Options.Requests),
                ReadAsync,
                cancellationToken
            )
        )
        {
            if (part.Stretch is { } stretch)
            {
                try
                {
                    await MoveAsync(stretch, bytes, cancellationToken);
                }
                finally
                {
                    bytes?.Dispose();
                }
            }
            if (part.EndsPack)
            {
                moved(part.Pack);
            }
        }
    }

    private IEnumerable<Part> PartsOf(PackContent pack)
    {
        foreach (PackStretch stretch in PackStretch.Cut(pack.Pack, pack.Blobs.Where(blob => wanted(pack.Pack, blob))))
        {
            yield return new Part(pack.Pack, stretch, EndsPack: false);
        }
        yield return new Part(pack.Pack, Stretch: null, EndsPack: true);
    }

    /// <returns>Null when it cannot be read as a whole, though its blobs may.</returns>
    private async Task<PooledBytes?> ReadAsync(Part part, CancellationToken cancellationToken)
    {
        if (part.Stretch is not { } stretch)
        {
            return null;
        }
        PooledBytes bytes = PooledBytes.Rent(stretch.Length);
        try
        {
            await repository.Store.ReadAsync(
                RepositoryStore.Name(ObjectKind.Pack, stretch.Pack),
                stretch.Offset,
                bytes.Writable,
                cancellationToken
            );
            return bytes;
        }
        catch (EngineError error) when (error.Kind is EngineErrorKind.Damaged or EngineErrorKind.NotFound)
        {
            bytes.Dispose();
            return null;
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    private Task MoveAsync(PackStretch stretch, PooledBytes? bytes, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            stretch.Blobs,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = repository.Options.Workers,
                CancellationToken = cancellationToken,
            },
            async (blob, token) =>
            {
                if (!TryOpen(stretch, bytes, blob, out PooledBytes plaintext))
                {
                    // The second try, with bytes read anew; what fails now is damaged in the store.
                    BlobLocation location = blob.In(stretch.Pack);
                    plaintext = await repository.LoadBlobAtAsync(blob.Kind, blob.Id, location, token);
                }
                using (plaintext)
                {
                    await writer.SaveAsync(blob.Kind, blob.Id, plaintext.Memory, token);
                }
            }
        );

    private bool TryOpen(PackStretch stretch, PooledBytes? bytes, in PackEntry blob, out PooledBytes plaintext)
    {
        plaintext = default;
        return bytes is { } read
            && BlobCodec.TryOpen(
                repository.Sealer,
                read.Writable.Span.Slice((int)(blob.Offset - stretch.Offset), (int)blob.Length),
                blob.Id,
                blob.UncompressedLength,
                out plaintext
            );
    }

    private sealed record Part(Id Pack, PackStretch? Stretch, bool EndsPack);
}
