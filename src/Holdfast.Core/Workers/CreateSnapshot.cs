using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Sources;
using Holdfast.Engine;

namespace Holdfast.Core.Workers;

/// <summary>
/// Takes a share snapshot: 1. what earlier claims did not finish goes; 2. the snapshot, or the one that an earlier claim
/// has finished; 3. the catalog's commit.
/// </summary>
public sealed class CreateSnapshot(ICatalog catalog, ShareSnapshots snapshots, Captures captures) : IOperationHandler
{
    public string Kind => OperationKind.CreateSnapshot;

    public async Task RunAsync(ClaimedOperation claimed, CancellationToken cancellationToken)
    {
        Operation row = claimed.Row;
        (ShareSnapshot? snapshot, Share? share) = await catalog.ReadAsync(
            async session =>
                (await session.ShareSnapshots.FindAsync(row.SnapshotId!), await session.Shares.FindAsync(row.ShareId!)),
            cancellationToken
        );
        TakenSnapshot? taken = null;
        if (snapshot is not null && share is not null)
        {
            // 1.
            await captures.RemoveLeftoversAsync(
                share.Root,
                (operation, epoch) => Task.FromResult(operation != row.Id || epoch >= row.Epoch),
                cancellationToken
            );
            // 2.
            CheckNobodyWritesTo(share);
            taken = await snapshots.TakeAsync(
                share,
                snapshot,
                row,
                () => claimed.IsHeldAsync(cancellationToken),
                claimed.Watch,
                cancellationToken
            );
            if (taken is null)
            {
                return;
            }
        }
        // 3.
        await claimed.SucceedAsync(
            async (session, now) =>
            {
                if (taken is null)
                {
                    return;
                }
                await session.ShareSnapshots.SetCaptureAsync(row.SnapshotId!, taken.How);
                await session.ShareSnapshots.SetStatusAsync(
                    row.SnapshotId!,
                    ShareSnapshotStatus.Creating,
                    ShareSnapshotStatus.Available,
                    now
                );
                if (taken.How == ShareSnapshots.Copy)
                {
                    await session.TellAsync(row, MessageLevel.Info, MessageDetail.Captured, Notes(taken), now);
                }
            },
            cancellationToken
        );
    }

    /// <summary>An operation that has the share now, such as a restore, would be in the snapshot half done.</summary>
    private static void CheckNobodyWritesTo(Share share)
    {
        if (share.Status != ShareStatus.Available)
        {
            string message = $"A snapshot is taken when its share is available; share {share.Id} is {share.Status}.";
            throw new EngineError(EngineErrorKind.Files, temporary: true, message) { PublicMessage = message };
        }
    }

    private static string Notes(TakenSnapshot taken) =>
        "It is a copy of the share, file by file, and not crash-consistent: files that are written together may be of "
        + "different moments."
        + taken.LeftOut switch
        {
            0 => "",
            null =>
                " How much was left out (sockets, other file systems, what vanished or could not be read) is not known: "
                    + "the service stopped just after it had made the copy.",
            { } count => " Left out (sockets, other file systems, what vanished or could not be read): " + $"{count}.",
        }
        + (
            taken.Unstable is null or 0
                ? ""
                : $" Written to whenever they were copied, so perhaps torn: {taken.Unstable}."
        );
}
