using Holdfast.Engine.Index;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Storage;

namespace Holdfast.Engine.Maintenance.Prune;

/// <summary>
/// Takes packs out of the index: writes anew what else the index objects that list them say, and removes those objects
/// once the new ones are durable. On the way small index objects are merged, and a pack that several list stays in one.
/// </summary>
internal static class IndexRewrite
{
    /// <summary>Index objects below this are merged, when the index is rewritten anyway: each costs a request to load.</summary>
    private const int SmallIndex = IndexJson.FullAt / 8;

    public static async Task RunAsync(
        Repository repository,
        PruneSurvey survey,
        IReadOnlySet<Id> gone,
        CancellationToken cancellationToken
    )
    {
        List<Id> obsolete = [];
        HashSet<Id> listed = [];
        List<PackContent> open = [];
        int blobs = 0;
        await foreach (
            (StoredObject index, IReadOnlyList<PackContent> packs) in survey.LoadIndexesAsync(
                repository,
                cancellationToken
            )
        )
        {
            bool mayStay =
                packs.Sum(pack => pack.Blobs.Count) >= SmallIndex
                && !packs.Any(pack => gone.Contains(pack.Pack) || listed.Contains(pack.Pack));
            List<PackContent> staying = [.. packs.Where(pack => !gone.Contains(pack.Pack) && listed.Add(pack.Pack))];
            if (mayStay)
            {
                continue;
            }
            obsolete.Add(index.Id);
            foreach (PackContent pack in staying)
            {
                open.Add(pack);
                blobs += pack.Blobs.Count;
                if (blobs >= IndexJson.FullAt)
                {
                    await repository.SaveIndexObjectAsync(open, cancellationToken);
                    open.Clear();
                    blobs = 0;
                }
            }
        }
        if (open.Count > 0)
        {
            await repository.SaveIndexObjectAsync(open, cancellationToken);
        }
        await repository.ConfirmLocksAsync(cancellationToken);
        await repository.RequestEachAsync(
            obsolete,
            async (index, token) => await repository.DeleteIndexObjectAsync(index, token),
            cancellationToken
        );
    }
}
