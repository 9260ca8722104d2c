using Holdfast.Engine.Index;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Storage;

namespace Holdfast.Engine;

public sealed partial class Repository
{
    /// <summary>Index objects unfolded ahead of their use: some 4 MiB each.</summary>
    private const int IndexesAhead = 6;

    /// <summary>Sealed bytes of an index object beyond which it matters how many are unfolded at once: four times as many.</summary>
    private const int LargeIndex = 256 << 10;

    /// <summary>Of an index object, sealed, for each blob that it lists: 39 measured, and rather too many, as to expect a few less costs little.</summary>
    private const int IndexBytesABlob = 42;

    /// <summary>Blobs, whatever sizes a store tells.</summary>
    private const int MostExpected = 1 << 28;

    /// <summary>Shared with whoever has this repository open too, or had it before.</summary>
    private readonly LoadedIndex kept;

    /// <summary>Empty until the kept one was compared with the store under this object's own lock.</summary>
    private volatile LoadedIndex loaded = new();

    internal BlobIndex Blobs => loaded.Blobs;

    /// <summary>Loads every index object that is not loaded yet, and forgets those that are gone.</summary>
    public async Task LoadIndexAsync(CancellationToken cancellationToken)
    {
        await kept.Gate.WaitAsync(cancellationToken);
        try
        {
            IReadOnlyList<StoredObject> stored = await ListIndexesAsync(cancellationToken);
            if (!kept.IsTorn && kept.Objects.IsSubsetOf(stored.Select(one => one.Id)))
            {
                kept.IsTorn = true;
                List<StoredObject> added = [.. stored.Where(one => !kept.Objects.Contains(one.Id))];
                await AddAllAsync(kept.Blobs, added, cancellationToken);
            }
            else
            {
                var fresh = new BlobIndex();
                await AddAllAsync(fresh, stored, cancellationToken);
                kept.Blobs = fresh;
            }
            kept.Objects.Clear();
            kept.Objects.UnionWith(stored.Select(one => one.Id));
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

    /// <param name="packEnd">Where the last listed blob of the same pack ends.</param>
    internal bool TryLocate(BlobKind kind, in Id id, out BlobLocation location, out uint packEnd) =>
        Blobs.TryLocate(kind, id, out location, out packEnd);

    /// <summary>Blobs in the loaded index.</summary>
    public int BlobCount => Blobs.Count;

    /// <summary>Every index object, in the order of their ids.</summary>
    internal async Task<IReadOnlyList<StoredObject>> ListIndexesAsync(CancellationToken cancellationToken)
    {
        List<StoredObject> stored = await Store
            .ListAsync(ObjectKind.Index, cancellationToken)
            .ToListAsync(cancellationToken);
        stored.Sort((one, other) => one.Id.CompareTo(other.Id));
        return stored;
    }

    /// <summary>What an index object lists, as it is stored: duplicates and all.</summary>
    internal async Task<IReadOnlyList<PackContent>> LoadIndexObjectAsync(
        StoredObject stored,
        CancellationToken cancellationToken
    )
    {
        using PooledBytes json = await Unpacked.LoadAsync(ObjectKind.Index, stored, cancellationToken);
        return ParseIndex(json, stored.Id);
    }

    internal async Task<IReadOnlyList<PackContent>> LoadIndexObjectAsync(Id id, CancellationToken cancellationToken)
    {
        using PooledBytes json = await Unpacked.LoadAsync(ObjectKind.Index, id, cancellationToken);
        return ParseIndex(json, id);
    }

    /// <summary>What each of them lists, in the given order, and a few loaded ahead.</summary>
    internal IAsyncEnumerable<(StoredObject Stored, T Packs)> LoadIndexObjectsAsync<T>(
        IEnumerable<StoredObject> stored,
        Func<StoredObject, CancellationToken, Task<T>> load,
        CancellationToken cancellationToken
    ) => ReadAhead.InOrderAsync(stored, Math.Min(IndexesAhead, Options.Requests), load, cancellationToken);

    /// <summary>Writes an index object, and nothing else: the loaded index does not change.</summary>
    internal async Task<Id> SaveIndexObjectAsync(
        IReadOnlyCollection<PackContent> packs,
        CancellationToken cancellationToken
    )
    {
        using var json = new MappedWriter(64 << 10);
        IndexJson.Write(json, packs);
        return await CommitAsync(ObjectKind.Index, json.WrittenMemory, cancellationToken);
    }

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
            bool wasTorn = to.IsTorn;
            to.IsTorn = true;
            foreach (PackContent pack in packs)
            {
                to.Blobs.Add(pack);
            }
            to.IsTorn = wasTorn;
        }
        finally
        {
            _ = to.Gate.Release();
        }
    }

    private static List<PackContent> ParseIndex(in PooledBytes json, Id id) =>
        IndexJson.Parse(json.Span) ?? throw NoIndex(id);

    private static EngineError NoIndex(Id id) =>
        new(
            EngineErrorKind.Damaged,
            temporary: false,
            $"Index {id} is not valid.",
            "Run check; an index can be rebuilt from the packs."
        );

    private async Task AddAllAsync(
        BlobIndex to,
        IReadOnlyList<StoredObject> objects,
        CancellationToken cancellationToken
    )
    {
        to.Expect((int)long.Min(objects.Sum(one => one.Size) / IndexBytesABlob, MostExpected));
        // One more than can be unfolded at once: it is being read meanwhile.
        using var large = new SemaphoreSlim(Options.Workers + 1);
        await RequestEachAsync(
            objects,
            async (stored, token) =>
            {
                if (stored.Size < LargeIndex)
                {
                    await AddAsync(to, stored, token);
                    return;
                }
                await large.WaitAsync(token);
                try
                {
                    await AddAsync(to, stored, token);
                }
                finally
                {
                    _ = large.Release();
                }
            },
            cancellationToken
        );
        to.Trim();
    }

    private async Task AddAsync(BlobIndex to, StoredObject stored, CancellationToken cancellationToken)
    {
        using PooledBytes json = await Unpacked.LoadAsync(ObjectKind.Index, stored, cancellationToken);
        if (!IndexJson.TryRead(json.Span, to.Add))
        {
            throw NoIndex(stored.Id);
        }
    }
}
