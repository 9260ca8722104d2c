using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Operations;

/// <summary>
/// What becomes of the resources of an operation that ends without success, in the transaction that ends it, and what their
/// projects are told. Each status changes only from the one that the operation itself gave: what an administrator set
/// meanwhile stands.
/// </summary>
internal static class OperationEnd
{
    /// <param name="started">False when no worker ever claimed it, so that it has touched nothing.</param>
    public static async Task ReleaseAsync(
        ICatalogSession session,
        Operation operation,
        string reason,
        bool started,
        DateTimeOffset now
    )
    {
        await session.TellEndAsync(operation, reason, now);
        switch (operation.Kind)
        {
            case OperationKind.CreateBackup:
                await Backup(BackupStatus.Creating, BackupStatus.Error);
                await Share(ShareStatus.BackupCreating, operation.ShareStatus ?? ShareStatus.Available);
                break;
            case OperationKind.RestoreBackup:
                await Backup(BackupStatus.Restoring, BackupStatus.Available);
                // A restore that began may have left the share half old, half new: it must not look whole.
                await Share(
                    ShareStatus.BackupRestoring,
                    started ? ShareStatus.BackupRestoringError : operation.ShareStatus ?? ShareStatus.Available
                );
                break;
            case OperationKind.DeleteBackup:
                await Backup(BackupStatus.Deleting, BackupStatus.ErrorDeleting);
                break;
            case OperationKind.CreateShare:
                await Share(ShareStatus.Creating, ShareStatus.Error);
                break;
            case OperationKind.CreateSnapshot:
                await Snapshot(ShareSnapshotStatus.Creating, ShareSnapshotStatus.Error);
                break;
            case OperationKind.DeleteSnapshot:
                await Snapshot(ShareSnapshotStatus.Deleting, ShareSnapshotStatus.ErrorDeleting);
                break;
            case OperationKind.DeleteShare:
                await Share(ShareStatus.Deleting, ShareStatus.ErrorDeleting);
                break;
        }

        async Task Backup(string from, string to)
        {
            if (await session.Backups.SetStatusAsync(operation.BackupId!, from, to, now))
            {
                await session.Backups.SetReasonAsync(operation.BackupId!, reason);
            }
        }

        Task Snapshot(string from, string to) =>
            session.ShareSnapshots.SetStatusAsync(operation.SnapshotId!, from, to, now);

        Task Share(string from, string to) => session.Shares.SetStatusAsync(operation.ShareId!, from, to, now);
    }

    /// <summary>
    /// Ends the live operations in favour of an administrator who sets a status by hand: epoch + 1, cancelled, what they
    /// held released.
    /// </summary>
    public static async Task CancelAllAsync(
        ICatalogSession session,
        IReadOnlyList<Operation> live,
        string reason,
        DateTimeOffset now
    )
    {
        foreach (Operation operation in live)
        {
            await session.Operations.CancelAsync(operation, reason, now);
            await ReleaseAsync(session, operation, reason, started: operation.Attempts > 0, now);
        }
    }
}
