using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Sources;

namespace Holdfast.Core.Workers;

/// <summary>
/// Removes a share that we made: its directory goes to the trash by one rename, then its row. The bytes are a reap's. What a
/// worker may still be making it of goes first, so that it is not there again afterwards.
/// </summary>
public sealed class DeleteShare(ICatalog catalog, TrashBin trash, Captures captures, LockJudge judge)
    : IOperationHandler
{
    public string Kind => OperationKind.DeleteShare;

    public async Task RunAsync(ClaimedOperation claimed, CancellationToken cancellationToken)
    {
        Operation row = claimed.Row;
        Share? share = await catalog.ReadAsync(s => s.Shares.FindAsync(row.ShareId!), cancellationToken);
        if (share is { Adopted: false })
        {
            if (share.SnapshotId is not null)
            {
                await captures.DiscardLeftoversAsync(
                    share.Root,
                    async (operation, epoch) => !await judge.IsOverAsync(operation, epoch)
                );
            }
            trash.Throw(share, row.Id);
        }
        await claimed.SucceedAsync(
            async (session, now) =>
            {
                await session.Shares.RemoveAsync(row.ShareId!);
                await session.QueueReapAsync(row.Root!, now);
                await session.QueueExportAsync(row.ProjectId, now);
            },
            cancellationToken
        );
    }
}
