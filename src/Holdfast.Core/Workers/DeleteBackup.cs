using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Engine;
using Holdfast.Engine.Snapshots;

namespace Holdfast.Core.Workers;

/// <summary>
/// Removes a backup: its snapshot, with any other that a claim of its creation left, then its row. The bytes go with the
/// next prune.
/// </summary>
public sealed class DeleteBackup(ICatalog catalog, ProjectRepositories repositories) : IOperationHandler
{
    public string Kind => OperationKind.DeleteBackup;

    public async Task RunAsync(ClaimedOperation claimed, CancellationToken cancellationToken)
    {
        Operation row = claimed.Row;
        ProjectRepository? repository = await catalog.ReadAsync(
            session => session.Repositories.FindAsync(row.ProjectId),
            cancellationToken
        );
        if (repository is not null)
        {
            await RemoveSnapshotsAsync(row, cancellationToken);
        }
        await claimed.SucceedAsync(
            async (session, now) =>
            {
                await session.Backups.RemoveAsync(row.BackupId!);
                await session.Repositories.CountFreedAsync(row.ProjectId);
                await session.QueueExportAsync(row.ProjectId, now);
            },
            cancellationToken
        );
    }

    private async Task RemoveSnapshotsAsync(Operation row, CancellationToken cancellationToken)
    {
        await using Repository repository = await repositories.OpenAsync(row, cancellationToken);
        await using RepositoryLock held = await repository.LockAsync(exclusive: false, cancellationToken);
        await held.WhileHeldAsync(
            async token =>
            {
                foreach (Snapshot snapshot in await repository.ListSnapshotsAsync(token))
                {
                    if (SnapshotTags.BackupOf(snapshot) == row.BackupId)
                    {
                        await repository.DeleteSnapshotAsync(snapshot.Id, token);
                    }
                }
            },
            cancellationToken
        );
    }
}
