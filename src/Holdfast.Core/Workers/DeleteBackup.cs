using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Engine;
using Holdfast.Engine.Snapshots;

namespace Holdfast.Core.Workers;

/// <summary>
/// Removes a backup: its snapshot, with any other that a claim of its creation left, then its row. The bytes go with the
/// next prune. A snapshot that recipients are restoring stays until the last of them has ended.
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
        bool all = repository is null || await RemoveSnapshotsAsync(claimed, cancellationToken);
        await claimed.SucceedAsync(
            async (session, now) =>
            {
                await session.Backups.RemoveAsync(row.BackupId!);
                await session.Repositories.CountFreedAsync(row.ProjectId);
                await session.QueueExportAsync(row.ProjectId, now);
                if (!all)
                {
                    // The restore may have ended since, and have seen the row.
                    await session.QueueReapOfProjectAsync(row.ProjectId, now);
                }
            },
            cancellationToken
        );
    }

    /// <returns>Whether all are gone.</returns>
    private async Task<bool> RemoveSnapshotsAsync(ClaimedOperation claimed, CancellationToken cancellationToken)
    {
        Operation row = claimed.Row;
        await using Repository repository = await repositories.OpenAsync(row, cancellationToken);
        await using RepositoryLock held = await repository.LockAsync(exclusive: false, cancellationToken);
        return await held.WhileHeldAsync(
            async token =>
            {
                bool all = true;
                foreach (Snapshot snapshot in await repository.ListSnapshotsAsync(token))
                {
                    if (SnapshotTags.BackupOf(snapshot) != row.BackupId)
                    {
                        continue;
                    }
                    // Nobody begins to restore a backup that is being deleted. One whose delete was called off may be available.
                    if (await IsPinnedAsync(snapshot, token) || !await claimed.IsHeldAsync(token))
                    {
                        all = false;
                        continue;
                    }
                    await repository.DeleteSnapshotAsync(snapshot.Id, token);
                }
                return all;
            },
            cancellationToken
        );
    }

    private Task<bool> IsPinnedAsync(Snapshot snapshot, CancellationToken cancellationToken) =>
        catalog.ReadAsync(session => session.Operations.IsPinnedAsync(snapshot.Id.ToString()), cancellationToken);
}
