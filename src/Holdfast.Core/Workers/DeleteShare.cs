using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Sources;

namespace Holdfast.Core.Workers;

/// <summary>
/// Removes a share that we made: its directory goes to the trash by one rename, then its row. The bytes are a reap's.
/// </summary>
public sealed class DeleteShare(ICatalog catalog, TrashBin trash) : IOperationHandler
{
    public string Kind => OperationKind.DeleteShare;

    public async Task RunAsync(ClaimedOperation claimed, CancellationToken cancellationToken)
    {
        Operation row = claimed.Row;
        Share? share = await catalog.ReadAsync(s => s.Shares.FindAsync(row.ShareId!), cancellationToken);
        if (share is { Adopted: false })
        {
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
