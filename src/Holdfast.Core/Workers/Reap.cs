using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Sources;
using Holdfast.Engine;
using Holdfast.Engine.Snapshots;

namespace Holdfast.Core.Workers;

/// <summary>
/// Takes away what is nobody's any more. With a root: its trash, captures whose claim is over, and share snapshots that no
/// row names. With a project: restic's snapshots that no row names. With neither: unfinished uploads, operations long ended, messages that have expired, and nodes long gone.
/// </summary>
public sealed class Reap(
    ICatalog catalog,
    ProjectRepositories repositories,
    Repositories store,
    ExportsAhead ahead,
    TrashBin trash,
    ForgottenSnapshots forgotten,
    Captures captures,
    KeptImages kept,
    DigestFiles digests,
    LockJudge judge,
    TimeProvider time
) : IOperationHandler
{
    /// <summary>A snapshot of either kind may wait this long for the row that names it, and an upload for its end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromHours(24);

    /// <summary>How long an operation that has ended can still be asked about.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(30);

    /// <summary>How long a node that is gone is still told of as away: whoever has to mend it sees it until then.</summary>
    private static readonly TimeSpan NodeRemembered = TimeSpan.FromDays(7);

    public string Kind => OperationKind.Reap;

    public async Task RunAsync(ClaimedOperation claimed, CancellationToken cancellationToken)
    {
        Operation row = claimed.Row;
        if (row.Root is { } root)
        {
            try
            {
                await captures.RemoveLeftoversAsync(
                    root,
                    async (operation, epoch) => !await judge.IsOverAsync(operation, epoch),
                    cancellationToken
                );
                await (
                    RootName.IsOfVolumes(root)
                        ? RemoveComparisonsAsync(root, cancellationToken)
                        : forgotten.RemoveAsync(root, Patience, cancellationToken)
                );
            }
            finally
            {
                // Whatever becomes of those, tenants' space is in the trash too.
                trash.Empty(root, cancellationToken);
            }
        }
        else if (row.ProjectId.Length > 0)
        {
            await RemoveOrphansAsync(row, cancellationToken);
        }
        else
        {
            DateTimeOffset now = time.Now();
            await catalog.WriteAsync(
                async session =>
                {
                    await session.Operations.RemoveFinishedAsync(now - Remembered);
                    await session.Messages.RemoveExpiredAsync(now);
                    await session.Nodes.ForgetAsync(now - NodeRemembered);
                },
                cancellationToken
            );
            // Last: a store may refuse this, whatever else it lets us do.
            await store.RemoveUnfinishedAsync(time.GetUtcNow() - Patience, cancellationToken);
        }
        await claimed.SucceedAsync((_, _) => Task.CompletedTask, cancellationToken);
    }

    /// <summary>What backups of volumes would be compared with, of volumes and backups that are no more.</summary>
    private async Task RemoveComparisonsAsync(string root, CancellationToken cancellationToken)
    {
        await kept.RemoveAsync(
            root,
            (volume, snapshot) =>
                catalog.ReadAsync(session => session.Backups.HasSnapshotAsync(volume, snapshot), cancellationToken)
        );
        await digests.RemoveAsync(volume =>
            catalog.ReadAsync(async session => await session.Volumes.FindAsync(volume) is not null, cancellationToken)
        );
    }

    private async Task RemoveOrphansAsync(Operation row, CancellationToken cancellationToken)
    {
        if (await catalog.ReadAsync(s => s.Repositories.FindAsync(row.ProjectId), cancellationToken) is null)
        {
            return; // Its key was destroyed since this was queued.
        }
        await ahead.RefuseAsync(row.ProjectId, cancellationToken);
        await using Repository repository = await repositories.OpenAsync(row, cancellationToken);
        await using RepositoryLock held = await repository.LockAsync(exclusive: false, cancellationToken);
        await held.WhileHeldAsync(token => RemoveOrphansAsync(repository, row.ProjectId, token), cancellationToken);
    }

    private async Task RemoveOrphansAsync(Repository repository, string project, CancellationToken cancellationToken)
    {
        foreach (Snapshot snapshot in await repository.ListSnapshotsAsync(cancellationToken))
        {
            // Somebody else's snapshots in the same repository are not ours to remove.
            if (
                SnapshotTags.BackupOf(snapshot) is { } backup
                && await IsOrphanAsync(project, backup, snapshot, cancellationToken)
            )
            {
                await repository.DeleteSnapshotAsync(snapshot.Id, cancellationToken);
                await catalog.WriteAsync(s => s.Repositories.CountFreedAsync(project), cancellationToken);
            }
        }
        await repository.RemoveForgottenNamesAsync(cancellationToken);
    }

    /// <summary>
    /// No row names the snapshot, nor will an operation at work, nor does one need it; and its backup was deleted, or there
    /// was time enough for a row to name it.
    /// </summary>
    private Task<bool> IsOrphanAsync(
        string project,
        string backup,
        Snapshot snapshot,
        CancellationToken cancellationToken
    )
    {
        string id = snapshot.Id.ToString();
        return catalog.ReadAsync(
            async session =>
                !(
                    await session.Backups.FindAsync(backup) is { } row
                    && row.ProjectId == project
                    && row.SnapshotId == id
                )
                && (await session.Operations.LiveOfBackupAsync(backup)).Count == 0
                && !await session.Operations.IsPinnedAsync(id)
                && (
                    await IsOldAsync(session, project, snapshot)
                    || await session.Operations.HasDeletedAsync(project, backup)
                ),
            cancellationToken
        );
    }

    /// <summary>Since it was made, and since the catalog knows the project: one that was made again is looked at by people first.</summary>
    private async Task<bool> IsOldAsync(ICatalogSession session, string project, Snapshot snapshot)
    {
        DateTimeOffset before = time.GetUtcNow() - Patience;
        return snapshot.Time < before
            && await session.Repositories.FindAsync(project) is { } repository
            && repository.CreatedAt < before;
    }
}
