using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Engine;

namespace Holdfast.Core.Workers;

/// <summary>
/// Overwrites a volume with a backup. A run that dies leaves the volume in <c>restoring-backup</c>, and the next claim goes
/// on where it stopped.
/// </summary>
public sealed class RestoreVolumeBackup(ICatalog catalog, VolumeRestore restore) : IOperationHandler
{
    public string Kind => OperationKind.RestoreVolumeBackup;

    public async Task RunAsync(ClaimedOperation claimed, CancellationToken cancellationToken)
    {
        Operation row = claimed.Row;
        Volume target =
            await catalog.ReadAsync(session => session.Volumes.FindAsync(row.VolumeId!), cancellationToken)
            ?? throw Gone(row.VolumeId);
        await restore.RunAsync(claimed, target, prepare: null, cancellationToken);
        await claimed.SucceedAsync(
            async (session, now) =>
            {
                if (row.ShownBackupId is { } backup)
                {
                    await session.Backups.SetRestoreProgressAsync(backup, 100);
                    await session.Backups.SetReasonAsync(backup, null);
                    await session.Backups.SetStatusAsync(backup, BackupStatus.Restoring, BackupStatus.Available, now);
                }
                await session.Volumes.SetStatusAsync(
                    target.Id,
                    VolumeStatus.RestoringBackup,
                    VolumeStatus.Available,
                    now
                );
                await session.QueueExportAsync(target.ProjectId, now);
            },
            cancellationToken
        );
    }

    private static EngineError Gone(string? volume)
    {
        string message = $"Volume {volume} is gone from the catalog.";
        return new EngineError(EngineErrorKind.NotFound, temporary: false, message) { PublicMessage = message };
    }
}
