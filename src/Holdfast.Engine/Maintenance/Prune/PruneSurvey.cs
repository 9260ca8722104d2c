using System.Runtime.CompilerServices;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Snapshots;
using Holdfast.Engine.Storage;

namespace Holdfast.Engine.Maintenance.Prune;

/// <summary>One index object, and what was seen when it was read.</summary>
/// <param name="HasRepeats">It lists a pack twice, or one that an earlier index object lists.</param>
internal sealed record SurveyedIndex(StoredObject Stored, int Blobs, bool HasRepeats);

/// <summary>What a prune knows of a repository before it decides: which blobs are needed, and which pack gives each.</summary>
/// <param name="Snapshots">Those whose trees were read: all that they need is used.</param>
internal sealed record PruneSurvey(
    IReadOnlySet<Id> Snapshots,
    UsedBlobs Used,
    PackUseTally Tally,
    IReadOnlyList<SurveyedIndex> Indexes,
    IReadOnlyDictionary<Id, long> Stored
)
{
    /// <remarks>
    /// Others may add meanwhile. So the snapshots come first, then the index objects, which list all that those need; and
    /// a pack that no index object lists may be on its way into one. <see cref="SurveyUpdate"/> looks at what was added.
    /// </remarks>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>: something that a snapshot needs is missing or damaged.</exception>
    public static async Task<PruneSurvey> TakeAsync(
        Repository repository,
        PruneOptions options,
        IProgress<MaintenanceProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<Snapshot> snapshots = await repository.ListSnapshotsAsync(cancellationToken);
        IReadOnlyList<StoredObject> listed = await repository.ListIndexesAsync(cancellationToken);
        progress?.Report(new("loading index", MaintenanceUnit.Objects, 0, listed.Count));
        await repository.LoadIndexAsync(cancellationToken);
        progress?.Report(new("loading index", MaintenanceUnit.Objects, listed.Count, listed.Count));

        var used = new UsedBlobs(repository.Blobs);
        List<Snapshot> kept = [.. snapshots.Where(snapshot => !options.Without.Contains(snapshot.Id))];
        long trees = 0;
        await UsedWalk.RunAsync(
            repository,
            kept.Select(snapshot => snapshot.Tree),
            used.Add,
            () => progress?.Report(new("finding used blobs", MaintenanceUnit.Objects, ++trees, 0)),
            cancellationToken
        );

        var tally = new PackUseTally(used);
        List<SurveyedIndex> indexes = [];
        await foreach (
            (StoredObject index, IReadOnlyList<PackContent> packs) in repository.LoadIndexObjectsAsync(
                listed,
                repository.LoadIndexObjectAsync,
                cancellationToken
            )
        )
        {
            int repeats = packs.Count(pack => !tally.Add(pack, indexes.Count));
            indexes.Add(new(index, packs.Sum(pack => pack.Blobs.Count), repeats > 0));
            progress?.Report(new("planning", MaintenanceUnit.Objects, indexes.Count, listed.Count));
        }
        RequireAll(used);

        Dictionary<Id, long> stored = [];
        await foreach (StoredObject pack in repository.ListPacksAsync(cancellationToken))
        {
            stored[pack.Id] = pack.Size;
        }
        return new PruneSurvey(kept.Select(snapshot => snapshot.Id).ToHashSet(), used, tally, indexes, stored);
    }

    /// <summary>What some of the index objects list, in the given order.</summary>
    public async IAsyncEnumerable<(int Number, IReadOnlyList<PackContent> Packs)> LoadIndexesAsync(
        Repository repository,
        IEnumerable<int> numbers,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var numberOf = Indexes.Select((index, number) => (index.Stored.Id, number)).ToDictionary();
        await foreach (
            (StoredObject index, IReadOnlyList<PackContent> packs) in repository.LoadIndexObjectsAsync(
                numbers.Select(number => Indexes[number].Stored),
                repository.LoadIndexObjectAsync,
                cancellationToken
            )
        )
        {
            yield return (numberOf[index.Id], packs);
        }
    }

    private static void RequireAll(UsedBlobs used)
    {
        List<BlobHandle> missing = [.. used.Unclaimed().Take(10)];
        if (missing.Count > 0)
        {
            throw UsedWalk.Unlisted(missing);
        }
    }
}
