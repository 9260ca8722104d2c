using Holdfast.Engine.Index;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Storage;

namespace Holdfast.Engine;

public sealed partial class Repository
{
    /// <summary>Shared with whoever has this repository open too, or had it before.</summary>
    private readonly LoadedIndex kept;

    /// <summary>Empty until the kept one was compared with the store under this object's own lock.</summary>
    private volatile LoadedIndex loaded = new();

    private BlobIndex Blobs => loaded.Blobs;

    /// <summary>Loads every index object that is not loaded yet, and forgets those that are gone.</summary>
    public async Task LoadIndexAsync(CancellationToken cancellationToken)
    {
        await kept.Gate.WaitAsync(cancellationToken);
        try
        {
            HashSet<Id> stored = await IndexIdsAsync(cancellationToken);
            if (!kept.IsTorn && kept.Objects.IsSubsetOf(stored))
            {
                kept.IsTorn = true;
                await AddAllAsync(kept.Blobs, stored.Except(kept.Objects), cancellationToken);
            }
            else
            {
                var fresh = new BlobIndex();
                await AddAllAsync(fresh, stored, cancellationToken);
                kept.Blobs = fresh;
            }
            kept.Objects.Clear();
            kept.Objects.UnionWith(stored);
            kept.IsTorn = false;
            loaded = kept;
        }
        finally
        {
            _ = kept.Gate.Release();
        }
    }

    /// <summary>Whether the loaded index has the blob. A writer's blobs are there once an index object lists them.</summary>
    public bool Contains(BlobKind kind, in Id id) => Blobs.Contains(kind, id);

    /// <summary>The same, and marks the blob's pack.</summary>
    internal bool Contains(BlobKind kind, in Id id, UsedPacks used) => Blobs.Contains(kind, id, used);

    /// <summary>For a run that begins now: none of the loaded index's packs is marked.</summary>
    internal UsedPacks TrackPacks() => Blobs.TrackPacks();

    public bool TryLocate(BlobKind kind, in Id id, out BlobLocation location) =>
        Blobs.TryLocate(kind, id, out location);

    /// <summary>Blobs in the loaded index.</summary>
    public int BlobCount => Blobs.Count;

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
        LoadedIndex to = loaded;
        await to.Gate.WaitAsync(cancellationToken);
        try
        {
            _ = to.Objects.Add(await SaveIndexObjectAsync(packs, cancellationToken));
            foreach (PackContent pack in packs)
            {
                to.Blobs.Add(pack);
            }
        }
        finally
        {
            _ = to.Gate.Release();
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
