using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Sources;

namespace Holdfast.Core.Workers;

/// <summary>Removes a share snapshot from its root, then its row. The bytes of a copy are a reap's.</summary>
public sealed class DeleteSnapshot(ICatalog catalog, ShareSnapshots snapshots) : IOperationHandler
{
    public string Kind => OperationKind.DeleteSnapshot;

    public async Task RunAsync(ClaimedOperation claimed, CancellationToken cancellationToken)
    {
        Operation row = claimed.Row;
        ShareSnapshot? snapshot = await catalog.ReadAsync(
            s => s.ShareSnapshots.FindAsync(row.SnapshotId!),
            cancellationToken
        );
        if (snapshot is not null)
        {
            snapshots.Remove(snapshot);
        }
        await claimed.SucceedAsync(
            async (session, now) =>
            {
                await session.ShareSnapshots.RemoveAsync(row.SnapshotId!);
                await session.QueueReapAsync(row.Root!, now);
            },
            cancellationToken
        );
    }
}
