using System.Text;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Sources;
using Holdfast.Engine;
using Holdfast.Engine.Browse;
using Holdfast.Engine.Files;
using Holdfast.Engine.Restore;
using Holdfast.Engine.Snapshots;

namespace Holdfast.Core.Workers;

/// <summary>
/// Makes a share what a backup says. A run that dies leaves the share in <c>backup_restoring</c>, and the next claim goes
/// on where it stopped: what is right already is kept.
/// </summary>
public sealed class RestoreBackup(ICatalog catalog, ProjectRepositories repositories, ShareRoots roots)
    : IOperationHandler
{
    private sealed record RestoreWork(Backup Backup, Share Target, bool AcrossProjects);

    public string Kind => OperationKind.RestoreBackup;

    public async Task RunAsync(ClaimedOperation claimed, CancellationToken cancellationToken)
    {
        RestoreWork work = await FindAsync(claimed.Row, cancellationToken);
        RestoreReport report = await RestoreAsync(claimed, work, cancellationToken);
        await claimed.SucceedAsync(
            async (session, now) =>
            {
                await session.Backups.SetRestoreProgressAsync(work.Backup.Id, 100);
                await session.Backups.SetReasonAsync(work.Backup.Id, null);
                await session.Backups.SetStatusAsync(
                    work.Backup.Id,
                    BackupStatus.Restoring,
                    BackupStatus.Available,
                    now
                );
                await session.Shares.SetStatusAsync(
                    work.Target.Id,
                    ShareStatus.BackupRestoring,
                    ShareStatus.Available,
                    now
                );
                if (RestoreNotes.Of(report, work.Backup, work.Target) is { } notes)
                {
                    await session.TellAsync(claimed.Row, MessageLevel.Warning, MessageDetail.LeftOut, notes, now);
                }
                await session.QueueExportAsync(work.Target.ProjectId, now);
            },
            cancellationToken
        );
    }

    private async Task<RestoreReport> RestoreAsync(
        ClaimedOperation claimed,
        RestoreWork work,
        CancellationToken cancellationToken
    )
    {
        await using Repository repository = await repositories.OpenAsync(claimed.Row, cancellationToken);
        await using RepositoryLock held = await repository.LockAsync(exclusive: false, cancellationToken);
        return await held.WhileHeldAsync(token => RestoreAsync(repository, claimed, work, token), cancellationToken);
    }

    private async Task<RestoreReport> RestoreAsync(
        Repository repository,
        ClaimedOperation claimed,
        RestoreWork work,
        CancellationToken cancellationToken
    )
    {
        Snapshot snapshot = await repository.LoadSnapshotAsync(Id.Parse(work.Backup.SnapshotId), cancellationToken);
        await repository.LoadIndexAsync(cancellationToken);
        // Our snapshots have one directory, named after the share that was backed up.
        byte[] name = Encoding.UTF8.GetBytes(work.Backup.SourceId);
        RestoreSource source = await new TreeBrowser(repository).SourceAsync(snapshot, name, cancellationToken);
        TreeRestore run = new(
            repository,
            source,
            OpenTarget(work.Target),
            new RestoreOptions { DropPrivileges = work.AcrossProjects }
        );
        long total = snapshot.Summary?.TotalBytesProcessed ?? 0;
        claimed.Progress = () => (run.Report.BytesWritten + run.Report.BytesKept, total);
        return await run.RunAsync(cancellationToken);
    }

    private Task<RestoreWork> FindAsync(Operation row, CancellationToken cancellationToken) =>
        catalog.ReadAsync(
            async session =>
            {
                Backup? backup = await session.Backups.FindAsync(row.BackupId!);
                Share? target = await session.Shares.FindAsync(row.ShareId!);
                if (backup?.SnapshotId is null || target is null)
                {
                    string message = $"Backup {row.BackupId} or share {row.ShareId} is gone from the catalog.";
                    throw new EngineError(EngineErrorKind.NotFound, temporary: false, message)
                    {
                        PublicMessage = message,
                    };
                }
                Share? source = await session.Shares.FindAsync(backup.SourceId);
                // Devices and set-id bits of one project have no business in another's share, whoever made the backup.
                bool across = backup.ProjectId != target.ProjectId || source?.ProjectId != target.ProjectId;
                return new RestoreWork(backup, target, across);
            },
            cancellationToken
        );

    /// <summary>Who lost the share's directory wants it back all the more: it is made again.</summary>
    private DirectoryHandle OpenTarget(Share target)
    {
        using (DirectoryHandle root = roots.Open(target.Root))
        {
            byte[] path = Encoding.UTF8.GetBytes(target.Path);
            Errno errno = root.TryOpenBeneath(path, out DirectoryHandle? directory);
            directory?.Dispose();
            if (errno == Errno.ENOENT && !target.Path.Contains('/'))
            {
                _ = ShareRoots.TryMakeShare(root, path);
            }
        }
        return roots.OpenShare(target);
    }
}
