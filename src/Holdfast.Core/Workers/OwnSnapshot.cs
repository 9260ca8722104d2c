using Holdfast.Core.Model;
using Holdfast.Engine;
using Holdfast.Engine.Snapshots;

namespace Holdfast.Core.Workers;

/// <summary>The snapshot that an earlier claim of an operation committed before it was over.</summary>
internal static class OwnSnapshot
{
    /// <summary>
    /// Loads the index and the snapshots. One of the operation's whose write had no answer may have reached the store after a
    /// prune that could not know of it: where the index lacks any of its blobs it is removed, and the backup is to be made.
    /// </summary>
    /// <param name="repository">Under a lock.</param>
    /// <returns>The one to adopt, if there is one, and those of other operations, oldest first.</returns>
    public static async Task<(Snapshot? Own, IReadOnlyList<Snapshot> Others)> FindAsync(
        Repository repository,
        Operation claimed,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<Snapshot> snapshots = await repository.ListSnapshotsAsync(cancellationToken);
        await repository.LoadIndexAsync(cancellationToken);
        ILookup<bool, Snapshot> isOwn = snapshots.ToLookup(snapshot => SnapshotTags.IsOf(snapshot, claimed));
        foreach (Snapshot own in isOwn[true])
        {
            if (await repository.ListsAllOfAsync(own, cancellationToken))
            {
                return (own, [.. isOwn[false]]);
            }
            await repository.DeleteSnapshotAsync(own.Id, cancellationToken);
        }
        return (null, [.. isOwn[false]]);
    }
}
