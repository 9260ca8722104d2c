using System.Runtime.CompilerServices;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Snapshots;
using Holdfast.Engine.Storage;

namespace Holdfast.Engine.Maintenance.Prune;

/// <summary>
/// What others added between a survey, which excludes nobody, and the exclusive lock: it makes packs needed that the survey
/// found dead or unlisted. Its cost follows what was added, not the repository.
/// </summary>
internal static class SurveyUpdate
{
    /// <returns>Packs that new index objects list, and those that hold what new snapshots need and older ones do not.</returns>
    /// <exception cref="EngineError">
    /// <see cref="EngineErrorKind.Damaged"/>: a required snapshot, or something that a snapshot needs, is missing or
    /// damaged. <see cref="EngineErrorKind.Store"/>: somebody removed index objects, the store does not list all that it has, or
    /// there is no time left.
    /// </exception>
    public static async Task<IReadOnlySet<Id>> FindNeededAsync(
        Repository repository,
        PruneSurvey survey,
        PruneOptions options,
        PruneClock clock,
        CancellationToken cancellationToken
    )
    {
        List<StoredObject> snapshots = await repository
            .Store.ListAsync(ObjectKind.Snapshot, cancellationToken)
            .ToListAsync(cancellationToken);
        await RequireAllAsync(repository, await options.Required(cancellationToken), snapshots, cancellationToken);
        clock.RequireTime();
        IReadOnlyList<Snapshot> added = await repository.LoadSnapshotsAsync(
            snapshots.Where(snapshot => !survey.Snapshots.Contains(snapshot.Id)).ToAsyncEnumerable(),
            cancellationToken
        );

        HashSet<Id> needed = [];
        UsedBlobs used = survey.Used;
        await foreach (PackContent pack in AddedAsync(repository, survey, cancellationToken))
        {
            _ = needed.Add(pack.Pack);
        }
        clock.RequireTime();
        await UsedWalk.RunAsync(
            repository,
            added.Select(snapshot => snapshot.Tree),
            Add,
            clock.RequireTime,
            cancellationToken
        );
        clock.RequireTime();
        return needed;

        bool Add(BlobHandle blob)
        {
            if (!used.Add(blob))
            {
                return false;
            }
            if (!used.Index.TryLocate(blob.Kind, blob.Id, out BlobLocation location))
            {
                throw UsedWalk.Unlisted([blob]);
            }
            _ = needed.Add(location.Pack);
            return true;
        }
    }

    /// <summary>Brings the index up to date, and tells of the packs that are new in it.</summary>
    private static async IAsyncEnumerable<PackContent> AddedAsync(
        Repository repository,
        PruneSurvey survey,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        IReadOnlyList<StoredObject> indexes = await repository.ListIndexesAsync(cancellationToken);
        var known = survey.Indexes.Select(index => index.Stored.Id).ToHashSet();
        await repository.LoadIndexAsync(cancellationToken);
        // An index that had to be built anew numbers its blobs in another way.
        if (indexes.Count(index => known.Contains(index.Id)) < known.Count || repository.Blobs != survey.Used.Index)
        {
            throw new EngineError(
                EngineErrorKind.Store,
                temporary: true,
                "Somebody else pruned or repaired the repository while this prune was planned. Nothing was changed.",
                "Run the same again."
            );
        }
        survey.Used.Grow();
        await foreach (
            (_, IReadOnlyList<PackContent> packs) in repository.LoadIndexObjectsAsync(
                indexes.Where(index => !known.Contains(index.Id)),
                repository.LoadIndexObjectAsync,
                cancellationToken
            )
        )
        {
            foreach (PackContent pack in packs)
            {
                yield return pack;
            }
        }
    }

    private static async Task RequireAllAsync(
        Repository repository,
        IReadOnlySet<Id> required,
        IReadOnlyList<StoredObject> snapshots,
        CancellationToken cancellationToken
    )
    {
        List<Id> missing = [.. required.Except(snapshots.Select(snapshot => snapshot.Id))];
        if (missing.Count > 0)
        {
            await repository.RequireAbsentAsync(missing, cancellationToken);
            throw new EngineError(
                EngineErrorKind.Damaged,
                temporary: false,
                $"{missing.Count} snapshots that backups name are not in the repository, among them {missing[0]}. "
                    + "Nothing was removed.",
                "Put the folder 'snapshots' back from a copy of the store, or delete those backups."
            );
        }
    }
}
