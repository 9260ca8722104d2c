using System.Text;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Sources;
using Holdfast.Engine;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Workers;

/// <summary>
/// Makes a share's directory beneath its root, empty or what a share snapshot is; one that an earlier claim made is kept.
/// </summary>
public sealed class CreateShare(
    ICatalog catalog,
    ShareRoots roots,
    SharesOfSnapshots snapshots,
    Captures captures,
    TrashBin trash,
    CoreOptions options
) : IOperationHandler
{
    // Its clients decide who may do what in it, by changing it; the way to it is the operator's to guard.
    private const uint Mode = 0x1ED; // 0755

    public string Kind => OperationKind.CreateShare;

    public async Task RunAsync(ClaimedOperation claimed, CancellationToken cancellationToken)
    {
        Operation row = claimed.Row;
        Share? share = await catalog.ReadAsync(s => s.Shares.FindAsync(row.ShareId!), cancellationToken);
        if (share is not null)
        {
            trash.Prepare(share.Root);
        }
        if (share?.SnapshotId is { } snapshot)
        {
            if (!await MakeOfAsync(snapshot, share, claimed, cancellationToken))
            {
                return;
            }
        }
        else if (share is not null)
        {
            Make(share);
        }
        await claimed.SucceedAsync(
            async (session, now) =>
            {
                if (share is null)
                {
                    return;
                }
                await session.Shares.SetHostAsync(share.Id, options.Node);
                await session.ExportLocations.AddAsync(roots.LocationOf(share, options.Node, now));
                await session.Shares.SetStatusAsync(share.Id, ShareStatus.Creating, ShareStatus.Available, now);
                await session.QueueExportAsync(share.ProjectId, now);
            },
            cancellationToken
        );
    }

    /// <summary>What earlier claims did not finish goes first, so that none of them can finish it any more.</summary>
    /// <returns>False when the claim is over.</returns>
    private async Task<bool> MakeOfAsync(
        string snapshotId,
        Share share,
        ClaimedOperation claimed,
        CancellationToken cancellationToken
    )
    {
        Operation row = claimed.Row;
        ShareSnapshot? snapshot = await catalog.ReadAsync(
            session => session.ShareSnapshots.FindAsync(snapshotId),
            cancellationToken
        );
        if (snapshot is null)
        {
            string message = $"Snapshot {snapshotId} is gone from the catalog.";
            throw new EngineError(EngineErrorKind.NotFound, temporary: false, message) { PublicMessage = message };
        }
        await captures.RemoveLeftoversAsync(
            share.Root,
            (operation, epoch) => Task.FromResult(operation != row.Id || epoch >= row.Epoch),
            cancellationToken
        );
        return await snapshots.MakeAsync(
            share,
            snapshot,
            row,
            () => claimed.IsHeldAsync(cancellationToken),
            claimed.Watch,
            cancellationToken
        );
    }

    private void Make(Share share)
    {
        string path = roots.AbsolutePath(share.Root, share.Path);
        using DirectoryHandle root = roots.Open(share.Root);
        byte[] name = Encoding.UTF8.GetBytes(share.Path);
        Errno errno = ShareRoots.TryMakeShare(root, name);
        if (errno is not (Errno.None or Errno.EEXIST))
        {
            throw errno.ToError(
                $"The directory {path} of share {share.Id} cannot be made",
                "Check the root's space.",
                publicly: $"The directory of share {share.Id} cannot be made"
            );
        }
        using DirectoryHandle directory = roots.OpenShare(share);
        errno = directory.TryChangeMode(Mode);
        errno = errno == Errno.None ? root.TrySyncFileSystem() : errno;
        if (errno != Errno.None)
        {
            throw errno.ToError(
                $"The directory {path} of share {share.Id} cannot be finished",
                "Check the root's disk.",
                publicly: $"The directory of share {share.Id} cannot be finished"
            );
        }
    }
}
