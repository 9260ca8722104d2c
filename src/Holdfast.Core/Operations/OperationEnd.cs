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
                await session.Schedules.RetainSoonAsync(operation.BackupId!, now);
                await Share(ShareStatus.BackupCreating, operation.StatusBefore ?? ShareStatus.Available);
                await ReapAsync();
                break;
            case OperationKind.RestoreFiles:
                await Backup(BackupStatus.Restoring, BackupStatus.Available);
                await Share(
                    ShareStatus.BackupRestoring,
                    await BeforeRestoreAsync(ShareStatus.BackupRestoringError, ShareStatus.Available)
                );
                break;
            case OperationKind.RestoreBackup:
                await Backup(BackupStatus.Restoring, BackupStatus.Available);
                // A restore that began may have left the share half old, half new: it must not look whole.
                await Share(
                    ShareStatus.BackupRestoring,
                    started ? ShareStatus.BackupRestoringError : operation.StatusBefore ?? ShareStatus.Available
                );
                break;
            case OperationKind.CreateVolumeBackup:
                await Backup(BackupStatus.Creating, BackupStatus.Error);
                await session.Schedules.RetainSoonAsync(operation.BackupId!, now);
                await Volume(VolumeStatus.BackingUp, operation.StatusBefore ?? VolumeStatus.Available);
                await ReapAsync();
                break;
            case OperationKind.RestoreVolumeBackup:
                await Backup(BackupStatus.Restoring, BackupStatus.Available);
                await Volume(
                    VolumeStatus.RestoringBackup,
                    await BeforeRestoreAsync(VolumeStatus.ErrorRestoring, VolumeStatus.Available)
                );
                break;
            case OperationKind.DeleteBackup:
                await DeletedAsync();
                break;
            case OperationKind.CreateShare:
                await Share(ShareStatus.Creating, ShareStatus.Error);
                if (operation.SnapshotId is not null)
                {
                    await ReapAsync();
                }
                break;
            case OperationKind.CreateVolume:
                await Volume(VolumeStatus.Creating, VolumeStatus.Error);
                break;
            case OperationKind.DeleteVolume:
                await Volume(
                    VolumeStatus.Deleting,
                    started ? VolumeStatus.ErrorDeleting : operation.StatusBefore ?? VolumeStatus.ErrorDeleting
                );
                break;
            case OperationKind.CreateSnapshot:
                await Snapshot(ShareSnapshotStatus.Creating, ShareSnapshotStatus.Error);
                await ReapAsync();
                break;
            case OperationKind.DeleteSnapshot:
                await Snapshot(
                    ShareSnapshotStatus.Deleting,
                    started
                        ? ShareSnapshotStatus.ErrorDeleting
                        : await BeforeDeleteAsync(session, operation.SnapshotId!)
                );
                break;
            case OperationKind.Drill:
                bool cancelled =
                    (await session.Operations.FindAsync(operation.Id))?.Status == OperationStatus.Cancelled;
                await session.Drills.EndAsync(
                    new Drill
                    {
                        Id = operation.Id,
                        ProjectId = operation.ProjectId,
                        BackupId = operation.BackupId!,
                        Outcome = cancelled ? DrillOutcome.Skipped : DrillOutcome.Failed,
                        Reason = operation.PublicReason(reason),
                        CreatedAt = operation.CreatedAt,
                        FinishedAt = now,
                    }
                );
                break;
            case OperationKind.DeleteShare:
                await Share(ShareStatus.Deleting, started ? ShareStatus.ErrorDeleting : BeforeDelete(operation));
                break;
        }
        await UnpinAsync(session, operation, now);

        // What it was making may still be there, and a worker that does not know of the end may be at it for a lease.
        async Task ReapAsync()
        {
            if (started && operation.Root is { } root)
            {
                await session.QueueReapAsync(root, operation.LeaseUntil is { } until && until > now ? until : now);
            }
        }

        // One that nobody began to delete is what it was, with the reason that it has already.
        async Task DeletedAsync()
        {
            if (started)
            {
                await Backup(BackupStatus.Deleting, BackupStatus.ErrorDeleting);
                return;
            }
            string before = operation.StatusBefore ?? BackupStatus.ErrorDeleting;
            await session.Backups.SetStatusAsync(operation.BackupId!, BackupStatus.Deleting, before, now);
        }

        async Task Backup(string from, string to)
        {
            if (operation.ShownBackupId is { } backup && await session.Backups.SetStatusAsync(backup, from, to, now))
            {
                await session.Backups.SetReasonAsync(backup, operation.PublicReason(reason));
            }
        }

        // The row says whether a claim has begun to write, be it this one or an earlier.
        // Once something is written the status before is forgotten.
        async Task<string> BeforeRestoreAsync(string written, string untouched) =>
            started
                ? (await session.Operations.FindAsync(operation.Id))?.StatusBefore ?? written
                : operation.StatusBefore ?? untouched;

        Task Snapshot(string from, string to) =>
            session.ShareSnapshots.SetStatusAsync(operation.SnapshotId!, from, to, now);

        Task Volume(string from, string to) => session.Volumes.SetStatusAsync(operation.VolumeId!, from, to, now);

        Task Share(string from, string to) => session.Shares.SetStatusAsync(operation.ShareId!, from, to, now);
    }

    /// <summary>
    /// The snapshot of a backup that was deleted meanwhile has stayed for the operation that has just ended, in whatever
    /// way, and goes with the last such.
    /// </summary>
    public static async Task UnpinAsync(ICatalogSession session, Operation ended, DateTimeOffset now)
    {
        if (ended.PinnedSnapshotId is not { } snapshot || await session.Operations.IsPinnedAsync(snapshot))
        {
            return;
        }
        string? backup = ended.BackupId ?? (await VolumeOfAsync(session, ended))?.SourceBackupId;
        if (backup is null || await session.Backups.FindAsync(backup) is null)
        {
            await session.QueueReapOfProjectAsync(ended.RepositoryOf, now);
        }
    }

    private static async Task<Volume?> VolumeOfAsync(ICatalogSession session, Operation operation) =>
        operation.VolumeId is { } volume ? await session.Volumes.FindAsync(volume) : null;

    /// <summary>One that was at work when it was deleted by force has lost that work, and cannot wait for its end.</summary>
    private static string BeforeDelete(Operation operation) =>
        operation.StatusBefore
            is ShareStatus.Available
                or ShareStatus.Error
                or ShareStatus.ErrorDeleting
                or ShareStatus.BackupRestoringError
            ? operation.StatusBefore
            : ShareStatus.ErrorDeleting;

    private static async Task<string> BeforeDeleteAsync(ICatalogSession session, string snapshot) =>
        (await session.ShareSnapshots.FindAsync(snapshot))?.Capture is null
            ? ShareSnapshotStatus.Error
            : ShareSnapshotStatus.Available;

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
