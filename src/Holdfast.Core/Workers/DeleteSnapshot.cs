using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Sources;

namespace Holdfast.Core.Workers;

/// <summary>
/// Removes a share snapshot: 1. what a worker may still be making of it, so that it is not there again afterwards; 2. itself;
/// 3. its row. The bytes of a copy are a reap's.
/// </summary>
public sealed class DeleteSnapshot(ICatalog catalog, ShareSnapshots snapshots, Captures captures) : IOperationHandler
{
    public string Kind => OperationKind.DeleteSnapshot;

    public async Task RunAsync(ClaimedOperation claimed, CancellationToken cancellationToken)
    {
        Operation row = claimed.Row;
        (ShareSnapshot? snapshot, IReadOnlyList<string> creations) = await catalog.ReadAsync(
            async session =>
                (
                    await session.ShareSnapshots.FindAsync(row.SnapshotId!),
                    await session.Operations.CreationsOfSnapshotAsync(row.SnapshotId!)
                ),
            cancellationToken
        );
        if (snapshot is not null)
        {
            // 1.
            await captures.DiscardLeftoversAsync(
                snapshot.Root,
                (operation, _) => Task.FromResult(!creations.Contains(operation))
            );
            // 2.
            snapshots.Remove(snapshot.Root, snapshot.Id);
        }
        // 3.
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
