using Holdfast.Engine.Index;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Storage;

namespace Holdfast.Engine.Maintenance.Prune;

/// <summary>
/// Takes packs out of the index: writes anew what else the index objects that list them say, and removes those objects
/// once the new ones are durable, a few at a time, so that it may end between any two. On the way small index objects are
/// merged, and a pack that several list stays in the first.
/// </summary>
internal sealed class IndexRewrite(Repository repository, PruneSurvey survey, IReadOnlySet<Id> gone)
{
    /// <summary>Index objects below this are merged, when the index is rewritten anyway: each costs a request to load.</summary>
    private const int SmallIndex = IndexJson.FullAt / 8;

    /// <summary>
    /// Index objects removed between two looks at the lock. A node that freezes after a look, until its lock is not held any
    /// more, removes the rest of these when it wakes, and a backup made meanwhile may have relied on one of them.
    /// </summary>
    private const int RemovedAtOnce = 16;

    private readonly List<PackContent> open = [];
    private int openBlobs;

    /// <summary>Index objects of which all that stays is in <see cref="open"/> or stored.</summary>
    private readonly List<Id> obsolete = [];

    /// <returns>Those of the packs that no index object lists any more; all of them unless the time was up.</returns>
    public async Task<IReadOnlySet<Id>> RunAsync(PruneClock clock, CancellationToken cancellationToken)
    {
        // What several list comes first: once it is through, each pack has one index object.
        var affected = gone.Select(survey.Tally.IndexOf).ToHashSet();
        List<int> repeating = [.. Numbers().Where(number => survey.Indexes[number].HasRepeats)];
        List<int> others = [.. affected.Except(repeating).Order()];
        if (repeating.Count + others.Count == 0)
        {
            return gone;
        }
        List<int> small =
        [
            .. Numbers().Where(number => survey.Indexes[number].Blobs < SmallIndex).Except(repeating).Except(others),
        ];
        HashSet<int> done = [];
        await foreach (
            (int number, IReadOnlyList<PackContent> packs) in survey.LoadIndexesAsync(
                repository,
                repeating.Concat(others).Concat(small).TakeWhile(_ => clock.MayIndex),
                cancellationToken
            )
        )
        {
            if (!clock.MayIndex)
            {
                break;
            }
            await TakeAsync(number, packs, cancellationToken);
            _ = done.Add(number);
        }
        await StoreAsync(cancellationToken);
        return repeating.TrueForAll(done.Contains)
            ? gone.Where(pack => done.Contains(survey.Tally.IndexOf(pack))).ToHashSet()
            : new HashSet<Id>();
    }

    private IEnumerable<int> Numbers() => Enumerable.Range(0, survey.Indexes.Count);

    private async Task TakeAsync(int number, IReadOnlyList<PackContent> packs, CancellationToken cancellationToken)
    {
        foreach (PackContent pack in packs.DistinctBy(pack => pack.Pack))
        {
            if (gone.Contains(pack.Pack) || survey.Tally.IndexOf(pack.Pack) != number)
            {
                continue;
            }
            open.Add(pack);
            openBlobs += pack.Blobs.Count;
            if (openBlobs >= IndexJson.FullAt)
            {
                await StoreAsync(cancellationToken);
            }
        }
        obsolete.Add(survey.Indexes[number].Stored.Id);
    }

    /// <summary>Stores what stays, and removes the index objects that said so before.</summary>
    private async Task StoreAsync(CancellationToken cancellationToken)
    {
        if (open.Count > 0)
        {
            await repository.SaveIndexObjectAsync(open, cancellationToken);
            open.Clear();
            openBlobs = 0;
        }
        foreach (Id[] some in obsolete.Chunk(RemovedAtOnce))
        {
            await repository.ConfirmLocksAsync(cancellationToken);
            await repository.RequestEachAsync(
                some,
                async (index, token) => await repository.DeleteIndexObjectAsync(index, token),
                cancellationToken
            );
        }
        obsolete.Clear();
    }
}
