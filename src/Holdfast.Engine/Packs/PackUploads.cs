using System.Buffers;
using System.Runtime.ExceptionServices;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Index;
using Holdfast.Engine.Storage;

namespace Holdfast.Engine.Packs;

/// <summary>
/// What becomes of a writer's full packs: each is named by its hash and stored, and listed in an index object afterwards.
/// Keeps the first failure, after which nothing more is stored.
/// </summary>
internal sealed class PackUploads(Repository repository, PackBuffers buffers, BlobsInFlight inFlight)
{
    /// <summary>A run that dies has listed what it stored until then, and the next need not store it again.</summary>
    private static readonly TimeSpan IndexEvery = TimeSpan.FromMinutes(10);

    private readonly Lock gate = new();
    private List<PackContent> unlisted = [];
    private int unlistedBlobs;
    private DateTimeOffset listedAt = repository.Options.Time.GetUtcNow();
    private int running;
    private int stored;
    private TaskCompletionSource? idle;
    private ExceptionDispatchInfo? failure;

    /// <summary>How many packs it has stored.</summary>
    internal int Stored => Volatile.Read(ref stored);

    internal void ThrowIfFailed()
    {
        if (Volatile.Read(ref failure) is { } first)
        {
            throw first.SourceException is EngineError error
                ? new EngineError(error.Kind, error.Temporary, error.Message, error.Advice, error)
                {
                    PublicMessage = error.PublicMessage,
                }
                : new EngineError(
                    EngineErrorKind.Store,
                    false,
                    first.SourceException.Message,
                    inner: first.SourceException
                );
        }
    }

    internal void Fail(Exception error) =>
        _ = Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(error), null);

    /// <summary>A pack was closed and will be stored.</summary>
    internal void Begin()
    {
        lock (gate)
        {
            running++;
        }
    }

    /// <summary>A pack is stored, or given up.</summary>
    internal void End()
    {
        lock (gate)
        {
            running--;
            if (running == 0)
            {
                idle?.TrySetResult();
                idle = null;
            }
        }
    }

    internal Task AllEndedAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (running == 0)
            {
                return Task.CompletedTask;
            }
            idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return idle.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Stores a ready pack, then an index object if enough is unlisted. Does not throw: it keeps the failure.</summary>
    internal async Task StoreAsync(OpenPack pack, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref failure) is not null)
        {
            return;
        }
        try
        {
            ReadOnlyMemory<byte> content = pack.Finish(repository.Sealer);
            Sha256.Hash(content.Span, out Id id);
            await repository.Store.PutAsync(
                RepositoryStore.Name(ObjectKind.Pack, id),
                new ReadOnlySequence<byte>(content),
                cancellationToken
            );
            if (Add(new PackContent(id, pack.Entries)))
            {
                await WriteIndexAsync(cancellationToken);
            }
        }
        catch (Exception error)
        {
            Fail(error);
        }
    }

    /// <summary>Lists every stored pack that no index object lists yet.</summary>
    internal async Task WriteIndexAsync(CancellationToken cancellationToken)
    {
        List<PackContent> packs;
        lock (gate)
        {
            packs = unlisted;
            unlisted = [];
            unlistedBlobs = 0;
            listedAt = repository.Options.Time.GetUtcNow();
        }
        if (packs.Count == 0)
        {
            return;
        }
        try
        {
            await repository.PublishAsync(packs, cancellationToken);
        }
        catch (Exception error)
        {
            Fail(error);
            throw;
        }
        inFlight.Release(packs);
        packs.ForEach(pack => buffers.Return((PackEntries)pack.Blobs));
    }

    /// <returns>Whether it is time for an index object.</returns>
    private bool Add(PackContent pack)
    {
        lock (gate)
        {
            unlisted.Add(pack);
            Volatile.Write(ref stored, stored + 1);
            unlistedBlobs += pack.Blobs.Count;
            return unlistedBlobs >= IndexJson.FullAt || repository.Options.Time.GetUtcNow() - listedAt >= IndexEvery;
        }
    }
}
