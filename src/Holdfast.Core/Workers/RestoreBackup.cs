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
/// With a selection, the share is made so only where that says.
/// </summary>
public sealed class RestoreBackup(ICatalog catalog, ProjectRepositories repositories, ShareRoots roots)
    : IOperationHandler
{
    /// <summary>Permission, set-id and sticky bits of st_mode.</summary>
    private const uint ModeBits = 0xFFF;

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
        RestoreSelection? selection = row.Selection is { } text ? RestoreSelection.Of(text) : null;
        bool whole = selection?.IsWhole ?? true;
        if (!whole)
        {
            source = source with { Directory = null, Only = PathSelection.Of(selection!.Paths.Select(Bytes)) };
        }
        DirectoryHandle place = OpenTarget(target, selection?.Into);
        if (selection is not null)
        {
            await BeginToWriteAsync(claimed, place, cancellationToken);
        }
        TreeRestore run = new(repository, source, place, options);
        // How much chosen paths hold is not known before they are done.
        long total = whole ? snapshot.Summary?.TotalBytesProcessed ?? 0 : 0;
        claimed.Progress = () => Measure(run.Report, total);
        RestoreReport report = await run.RunAsync(cancellationToken);
        return RestoreNotes.Of(report, row, SnapshotTags.ErrorsOf(snapshot), target);
    }

    private static OperationProgress Measure(RestoreReport report, long total)
    {
        long bytes = report.BytesWritten + report.BytesKept;
        return new OperationProgress(bytes, total, "writing files", bytes, report.Files);
    }

    private static async Task BeginToWriteAsync(
        ClaimedOperation claimed,
        DirectoryHandle place,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await claimed.BeginToWriteAsync(cancellationToken);
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    private static ReadOnlyMemory<byte> Bytes(byte[] path) => path;

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
    /// <param name="into">A directory in it, which is made when it is not there; null for the share's own.</param>
    private DirectoryHandle OpenTarget(Share target, byte[]? into)
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
        DirectoryHandle place = roots.OpenShare(target);
        return into is null ? place : OpenInside(place, into, target);
    }

    /// <param name="share">Is disposed.</param>
    private static DirectoryHandle OpenInside(DirectoryHandle share, byte[] into, Share target)
    {
        DirectoryHandle place = share;
        try
        {
            Errno errno = share.TryStat(out FileStatus top);
            foreach (byte[] name in TreeBrowser.Split(into))
            {
                DirectoryHandle? next = null;
                errno = errno == Errno.None ? TryOpenOrMake(place, name, top, out next) : errno;
                if (errno != Errno.None)
                {
                    next?.Dispose();
                    string where = Encoding.UTF8.GetString(into);
                    throw errno.ToError(
                        $"The directory '{where}' of share {target.Id} cannot be made or opened",
                        "Choose a name that nothing has there, or a directory's.",
                        publicly: $"The directory '{where}' cannot be made or opened"
                    );
                }
                place.Dispose();
                place = next!;
            }
            return place;
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    /// <summary>A new one belongs to whom the share does, and has its mode.</summary>
    private static Errno TryOpenOrMake(
        DirectoryHandle parent,
        byte[] name,
        in FileStatus share,
        out DirectoryHandle? directory
    )
    {
        directory = null;
        Errno made = parent.TryMakeDirectory(name);
        if (made is not (Errno.None or Errno.EEXIST))
        {
            return made;
        }
        Errno errno = parent.TryOpenDirectory(name, out directory);
        // Whoever writes to the share may have put another one in its place.
        if (made == Errno.None && errno == Errno.None && directory!.IsOwn)
        {
            errno = directory.TryChangeOwner(share.Uid, share.Gid);
            errno = errno == Errno.None ? directory.TryChangeMode(share.Mode & ModeBits) : errno;
        }
        return errno;
    }
}
