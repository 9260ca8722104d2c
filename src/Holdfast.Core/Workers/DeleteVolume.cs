using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Sources;

namespace Holdfast.Core.Workers;

/// <summary>
/// Removes a volume that we made: its image goes to the trash by one rename, then its row. The bytes are a reap's.
/// </summary>
public sealed class DeleteVolume(ICatalog catalog, TrashBin trash) : IOperationHandler
{
    public string Kind => OperationKind.DeleteVolume;

    public async Task RunAsync(ClaimedOperation claimed, CancellationToken cancellationToken)
    {
        Operation row = claimed.Row;
        Volume? volume = await catalog.ReadAsync(s => s.Volumes.FindAsync(row.VolumeId!), cancellationToken);
        if (volume is { Adopted: false })
        {
            trash.Throw(volume, row.Id);
        }
        await claimed.SucceedAsync(
            async (session, now) =>
            {
                await session.Volumes.RemoveAsync(row.VolumeId!);
                await session.QueueReapAsync(row.Root!, now);
                await session.QueueExportAsync(row.ProjectId, now);
            },
            cancellationToken
        );
    }
}
