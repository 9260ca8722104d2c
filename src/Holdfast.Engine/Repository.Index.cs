using Holdfast.Engine.Index;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Storage;

namespace Holdfast.Engine;

public sealed partial class Repository
{
    private readonly SemaphoreSlim indexGate = new(1, 1);
    private readonly HashSet<Id> loadedIndexes = [];
    private volatile BlobIndex index = new();

    /// <summary>Loads every index object that is not loaded yet, and forgets those that are gone.</summary>
    public async Task LoadIndexAsync(CancellationToken cancellationToken)
    {
        await indexGate.WaitAsync(cancellationToken);
        try
        {
            HashSet<Id> stored = await IndexIdsAsync(cancellationToken);
            if (loadedIndexes.IsSubsetOf(stored))
            {
                await AddAllAsync(index, stored.Except(loadedIndexes), cancellationToken);
            }
            else
            {
                var fresh = new BlobIndex();
                await AddAllAsync(fresh, stored, cancellationToken);
                index = fresh;
            }
            loadedIndexes.Clear();
            loadedIndexes.UnionWith(stored);
        }
        finally
        {
            _ = indexGate.Release();
        }
    }

    /// <summary>Whether the loaded index has the blob. A writer's blobs are there once an index object lists them.</summary>
    public bool Contains(BlobKind kind, in Id id) => index.Contains(kind, id);

    /// <summary>The same, and marks the blob's pack.</summary>
    internal bool Contains(BlobKind kind, in Id id, UsedPacks used) => index.Contains(kind, id, used);

    /// <summary>For a run that begins now: none of the loaded index's packs is marked.</summary>
    internal UsedPacks TrackPacks() => index.TrackPacks();

    public bool TryLocate(BlobKind kind, in Id id, out BlobLocation location) =>
        index.TryLocate(kind, id, out location);

    /// <summary>Blobs in the loaded index.</summary>
    public int BlobCount => index.Count;

    internal async Task<HashSet<Id>> IndexIdsAsync(CancellationToken cancellationToken)
    {
        var ids = new HashSet<Id>();
        await foreach (StoredObject stored in Store.ListAsync(ObjectKind.Index, cancellationToken))
        {
            _ = ids.Add(stored.Id);
        }
        return ids;
    }

    /// <summary>What an index object lists, as it is stored: duplicates and all.</summary>
    internal async Task<IReadOnlyList<PackContent>> LoadIndexObjectAsync(Id id, CancellationToken cancellationToken)
    {
        using PooledBytes json = await Unpacked.LoadAsync(ObjectKind.Index, id, cancellationToken);
        return IndexJson.Parse(json.Span)
            ?? throw new EngineError(
                EngineErrorKind.Damaged,
                temporary: false,
                $"Index {id} is not valid.",
                "Run check; an index can be rebuilt from the packs."
            );
    }

    /// <summary>Writes an index object, and nothing else: the loaded index does not change.</summary>
    internal Task<Id> SaveIndexObjectAsync(IEnumerable<PackContent> packs, CancellationToken cancellationToken) =>
        CommitAsync(ObjectKind.Index, IndexJson.Write(packs), cancellationToken);

    internal Task DeleteIndexObjectAsync(Id id, CancellationToken cancellationToken) =>
        Store.DeleteAsync(RepositoryStore.Name(ObjectKind.Index, id), cancellationToken);

    /// <summary>Lists durable packs in a new index object and, after that, in the loaded index.</summary>
    internal async Task PublishAsync(IReadOnlyList<PackContent> packs, CancellationToken cancellationToken)
    {
        await indexGate.WaitAsync(cancellationToken);
        try
        {
            _ = loadedIndexes.Add(await SaveIndexObjectAsync(packs, cancellationToken));
            foreach (PackContent pack in packs)
            {
                index.Add(pack);
            }
        }
        finally
        {
            _ = indexGate.Release();
        }
    }

    private Task AddAllAsync(BlobIndex to, IEnumerable<Id> ids, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            ids,
            new ParallelOptions { MaxDegreeOfParallelism = Options.Workers, CancellationToken = cancellationToken },
            async (id, token) =>
            {
                foreach (PackContent pack in await LoadIndexObjectAsync(id, token))
                {
                    to.Add(pack);
                }
            }
        );
}
