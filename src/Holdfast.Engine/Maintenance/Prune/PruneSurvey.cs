using Holdfast.Engine.Packs;
using Holdfast.Engine.Snapshots;
using Holdfast.Engine.Storage;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Maintenance.Prune;

/// <summary>What a prune knows of a repository before it decides: which blobs are needed, and which pack gives each.</summary>
internal sealed record PruneSurvey(
    UsedBlobs Used,
    PackUseTally Tally,
    IReadOnlyList<StoredObject> Indexes,
    IReadOnlyDictionary<Id, long> Stored
)
{
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>: a required snapshot, or something that a snapshot needs, is missing or damaged.</exception>
    public static async Task<PruneSurvey> TakeAsync(
        Repository repository,
        PruneOptions options,
        IProgress<MaintenanceProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<Snapshot> snapshots = await repository.ListSnapshotsAsync(cancellationToken);
        RequireAll(options.Required, snapshots);
        await repository.LoadIndexAsync(cancellationToken);
        IEnumerable<Id> roots = snapshots.Where(s => !options.Without.Contains(s.Id)).Select(s => s.Tree);
        UsedBlobs used = await FindUsedAsync(repository, roots, progress, cancellationToken);

        var tally = new PackUseTally(used);
        IReadOnlyList<StoredObject> indexes = await repository.ListIndexesAsync(cancellationToken);
        await foreach (
            (_, IReadOnlyList<PackContent> packs) in repository.LoadIndexObjectsAsync(
                indexes,
                repository.LoadIndexObjectAsync,
                cancellationToken
            )
        )
        {
            foreach (PackContent pack in packs)
            {
                tally.Add(pack);
            }
        }
        RequireAll(used);

        Dictionary<Id, long> stored = [];
        await foreach (StoredObject pack in repository.ListPacksAsync(cancellationToken))
        {
            stored[pack.Id] = pack.Size;
        }
        return new PruneSurvey(used, tally, indexes, stored);
    }

    /// <summary>What the index objects list, one object's packs after the other's.</summary>
    public IAsyncEnumerable<(StoredObject Stored, IReadOnlyList<PackContent> Packs)> LoadIndexesAsync(
        Repository repository,
        CancellationToken cancellationToken
    ) => repository.LoadIndexObjectsAsync(Indexes, repository.LoadIndexObjectAsync, cancellationToken);

    private static async Task<UsedBlobs> FindUsedAsync(
        Repository repository,
        IEnumerable<Id> roots,
        IProgress<MaintenanceProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var used = new UsedBlobs(repository.Blobs);
        var blobs = new TreeBlobs(repository, cancellationToken);
        long trees = 0;
        var walk = new TreeWalk(
            async (tree, _) =>
            {
                using PooledBytes json = await blobs.LoadAsync(tree);
                return TreeReader.Read(json.Span);
            },
            blobs.Prefetch,
            tree => used.Add(new BlobHandle(BlobKind.Tree, tree)),
            (_, nodes) =>
            {
                foreach (Id blob in nodes.SelectMany(node => node.Content ?? []))
                {
                    used.Add(new BlobHandle(BlobKind.Data, blob));
                }
                progress?.Report(new("reading trees", MaintenanceUnit.Objects, ++trees, 0));
            }
        );
        await walk.RunAsync(roots, repository.Options.Workers, cancellationToken);
        return used;
    }

    private static void RequireAll(IReadOnlySet<Id> required, IReadOnlyList<Snapshot> snapshots)
    {
        List<Id> missing = [.. required.Except(snapshots.Select(snapshot => snapshot.Id))];
        if (missing.Count > 0)
        {
            throw new EngineError(
                EngineErrorKind.Damaged,
                temporary: false,
                $"{missing.Count} snapshots that backups name are not in the repository, among them {missing[0]}. "
                    + "Nothing was removed.",
                "Put the folder 'snapshots' back from a copy of the store, or delete those backups."
            );
        }
    }

    private static void RequireAll(UsedBlobs used)
    {
        List<BlobHandle> missing = [.. used.Unclaimed().Take(10)];
        if (missing.Count > 0)
        {
            throw new EngineError(
                EngineErrorKind.Damaged,
                temporary: false,
                "Blobs that snapshots need are in no index, among them "
                    + string.Join(", ", missing.Select(blob => blob.Id))
                    + ". Nothing was removed.",
                "Run a check of the repository, and mend it before pruning."
            );
        }
    }
}
