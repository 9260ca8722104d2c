using Holdfast.Engine.Index;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Storage;

namespace Holdfast.Engine.Maintenance.Check;

/// <summary>What the index says of a pack: where it says so, and how long the pack must be.</summary>
internal readonly record struct ListedPack(Id Index, long Size);

/// <summary>
/// Reads every index object and compares what they list with each other and with the packs in the store. What can be read
/// is kept, so that the rest of a check can go on beside a damaged index object.
/// </summary>
internal sealed class IndexCheck(Repository repository, FindingLog findings)
{
    private readonly List<StoredObject> readable = [];
    private (Id Index, Dictionary<Id, PackContent> Packs) reread;

    /// <summary>Where every blob lies that some readable index object lists.</summary>
    public BlobIndex Blobs { get; } = new();

    public Dictionary<Id, ListedPack> Listed { get; } = [];

    /// <summary>Every pack in the store and its length.</summary>
    public Dictionary<Id, long> Stored { get; } = [];

    public async Task RunAsync(IProgress<MaintenanceProgress>? progress, CancellationToken cancellationToken)
    {
        IReadOnlyList<StoredObject> stored = await repository.ListIndexesAsync(cancellationToken);
        int loaded = 0;
        await foreach (
            (StoredObject index, IReadOnlyList<PackContent>? packs) in repository.LoadIndexObjectsAsync(
                stored,
                TryLoadAsync,
                cancellationToken
            )
        )
        {
            progress?.Report(new("loading index", MaintenanceUnit.Objects, ++loaded, stored.Count));
            if (packs is not null)
            {
                readable.Add(index);
                foreach (PackContent pack in packs)
                {
                    await AddAsync(index.Id, pack, cancellationToken);
                }
            }
        }
        await foreach (StoredObject pack in repository.ListPacksAsync(cancellationToken))
        {
            Stored[pack.Id] = pack.Size;
        }
        ComparePacks();
    }

    /// <summary>The packs that the index lists, one index object's after the other.</summary>
    public async IAsyncEnumerable<PackContent> PacksAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (
            (StoredObject index, IReadOnlyList<PackContent> packs) in repository.LoadIndexObjectsAsync(
                readable,
                repository.LoadIndexObjectAsync,
                cancellationToken
            )
        )
        {
            foreach (PackContent pack in packs)
            {
                if (Listed[pack.Pack].Index == index.Id)
                {
                    yield return pack;
                }
            }
        }
    }

    private async Task<IReadOnlyList<PackContent>?> TryLoadAsync(
        StoredObject index,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await repository.LoadIndexObjectAsync(index, cancellationToken);
        }
        catch (EngineError error) when (FindingLog.IsDamage(error))
        {
            findings.Add(FindingKind.DamagedIndex, RepositoryStore.Name(ObjectKind.Index, index.Id), error.Message);
            return null;
        }
    }

    private async Task AddAsync(Id index, PackContent pack, CancellationToken cancellationToken)
    {
        if (Listed.TryGetValue(pack.Pack, out ListedPack other))
        {
            await CompareAsync(index, pack, other.Index, cancellationToken);
            return;
        }
        Listed.Add(pack.Pack, new(index, PackHeader.PackLength(pack.Blobs)));
        Blobs.Add(pack);
        string name = NameOf(pack.Pack);
        if (!IsContiguous(pack.Blobs))
        {
            findings.Add(FindingKind.PackLayout, name, $"Index {index} lists its blobs with gaps or overlaps.");
        }
        if (pack.Blobs.Select(blob => blob.Kind).Distinct().Count() > 1)
        {
            findings.Add(FindingKind.MixedPack, name, "It holds both files' data and trees.");
        }
    }

    private async Task CompareAsync(Id index, PackContent pack, Id otherIndex, CancellationToken cancellationToken)
    {
        PackContent other = await AsListedByAsync(otherIndex, pack.Pack, cancellationToken);
        bool alike = Sorted(pack).SequenceEqual(Sorted(other));
        findings.Add(
            alike ? FindingKind.DuplicatePack : FindingKind.ConflictingPack,
            NameOf(pack.Pack),
            alike
                ? $"Index {index} lists it, and so does {otherIndex}."
                : $"Indexes {index} and {otherIndex} list different blobs for it."
        );
    }

    // An interrupted prune leaves whole index objects twice: the one read last is most likely the next.
    private async Task<PackContent> AsListedByAsync(Id index, Id pack, CancellationToken cancellationToken)
    {
        if (reread.Index != index)
        {
            IReadOnlyList<PackContent> packs = await repository.LoadIndexObjectAsync(index, cancellationToken);
            reread = (index, packs.DistinctBy(listed => listed.Pack).ToDictionary(listed => listed.Pack));
        }
        return reread.Packs[pack];
    }

    private void ComparePacks()
    {
        foreach ((Id pack, ListedPack listed) in Listed.OrderBy(pack => pack.Key))
        {
            if (!Stored.TryGetValue(pack, out long size))
            {
                findings.Add(
                    FindingKind.MissingPack,
                    NameOf(pack),
                    "The index lists it, but the store has no such pack."
                );
            }
            else if (size != listed.Size)
            {
                findings.Add(
                    FindingKind.PackSize,
                    NameOf(pack),
                    $"It has {size} bytes; its blobs come to {listed.Size}."
                );
            }
        }
        foreach (Id pack in Stored.Keys.Where(pack => !Listed.ContainsKey(pack)).Order())
        {
            findings.Add(FindingKind.OrphanPack, NameOf(pack), "No index lists it; a prune removes it.");
        }
    }

    private static bool IsContiguous(IReadOnlyList<PackEntry> blobs)
    {
        long next = 0;
        foreach (PackEntry blob in blobs.OrderBy(blob => blob.Offset))
        {
            if (blob.Offset != next)
            {
                return false;
            }
            next += blob.Length;
        }
        return true;
    }

    private static IOrderedEnumerable<PackEntry> Sorted(PackContent pack) => pack.Blobs.OrderBy(blob => blob.Offset);

    private static string NameOf(Id pack) => RepositoryStore.Name(ObjectKind.Pack, pack).Value;
}
