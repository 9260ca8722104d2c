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
/// on where it stopped: what is right already is kept. What it reads is named by the operation and said by the snapshot,
/// so that a recipient's restore is finished after the owner has deleted the backup; the owner's row shows nothing of it.
/// </summary>
public sealed class RestoreBackup(ICatalog catalog, ProjectRepositories repositories, ShareRoots roots)
    : IOperationHandler
{
    public string Kind => OperationKind.RestoreBackup;

    public async Task RunAsync(ClaimedOperation claimed, CancellationToken cancellationToken)
    {
        Operation row = claimed.Row;
        Share target = await FindTargetAsync(row, cancellationToken);
        string? notes = await RestoreAsync(claimed, target, cancellationToken);
        await claimed.SucceedAsync(
            async (session, now) =>
            {
                if (row.ShownBackupId is { } backup)
                {
                    await session.Backups.SetRestoreProgressAsync(backup, 100);
                    await session.Backups.SetReasonAsync(backup, null);
                    await session.Backups.SetStatusAsync(backup, BackupStatus.Restoring, BackupStatus.Available, now);
                }
                await session.Shares.SetStatusAsync(target.Id, ShareStatus.BackupRestoring, ShareStatus.Available, now);
                if (notes is not null)
                {
                    await session.TellAsync(row, MessageLevel.Warning, MessageDetail.LeftOut, notes, now);
                }
                await session.QueueExportAsync(target.ProjectId, now);
            },
            cancellationToken
        );
    }

    /// <returns>What there is to say of it, or null.</returns>
    private async Task<string?> RestoreAsync(
        ClaimedOperation claimed,
        Share target,
        CancellationToken cancellationToken
    )
    {
        await using Repository repository = await repositories.OpenAsync(claimed.Row, cancellationToken);
        await using RepositoryLock held = await repository.LockAsync(exclusive: false, cancellationToken);
        return await held.WhileHeldAsync(token => RestoreAsync(repository, claimed, target, token), cancellationToken);
    }

    private async Task<string?> RestoreAsync(
        Repository repository,
        ClaimedOperation claimed,
        Share target,
        CancellationToken cancellationToken
    )
    {
        Operation row = claimed.Row;
        Snapshot snapshot = await repository.LoadSnapshotAsync(Id.Parse(row.PinnedSnapshotId), cancellationToken);
        await repository.LoadIndexAsync(cancellationToken);
        string share = SnapshotTags.SourceOf(snapshot);
        RestoreSource source = await new TreeBrowser(repository).SourceAsync(
            snapshot,
            Encoding.UTF8.GetBytes(share),
            cancellationToken
        );
        bool across = await IsAcrossProjectsAsync(row, share, target, cancellationToken);
        RestoreOptions options = new() { DropPrivileges = across, OverSource = share == target.Id };
        TreeRestore run = new(repository, source, OpenTarget(target), options);
        long total = snapshot.Summary?.TotalBytesProcessed ?? 0;
        claimed.Progress = () => (run.Report.BytesWritten + run.Report.BytesKept, total);
        RestoreReport report = await run.RunAsync(cancellationToken);
        return RestoreNotes.Of(report, row, SnapshotTags.ErrorsOf(snapshot), target);
    }

    /// <summary>Devices and set-id bits of one project have no business in another's share, whoever made the backup.</summary>
    private async Task<bool> IsAcrossProjectsAsync(
        Operation row,
        string share,
        Share target,
        CancellationToken cancellationToken
    )
    {
        Share? source = await catalog.ReadAsync(session => session.Shares.FindAsync(share), cancellationToken);
        return row.RepositoryOf != target.ProjectId || source?.ProjectId != target.ProjectId;
    }

    private async Task<Share> FindTargetAsync(Operation row, CancellationToken cancellationToken)
    {
        Share? target = await catalog.ReadAsync(session => session.Shares.FindAsync(row.ShareId!), cancellationToken);
        if (target is null)
        {
            string message = $"Share {row.ShareId} is gone from the catalog.";
            throw new EngineError(EngineErrorKind.NotFound, temporary: false, message) { PublicMessage = message };
        }
        return target;
    }

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
