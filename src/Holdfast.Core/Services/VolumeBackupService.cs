using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;

namespace Holdfast.Core.Services;

/// <summary>A request to back a volume up.</summary>
/// <param name="Full">Read all of it, whatever an earlier backup says.</param>
public sealed record NewVolumeBackup(string VolumeId, string? Name, string? Description, bool Full = false);

/// <summary>Filters of the list, all exact; null does not filter.</summary>
public sealed record VolumeBackupQuery
{
    public string? Name { get; init; }
    public string? Status { get; init; }
    public string? VolumeId { get; init; }
    public Page Page { get; init; } = new();
}

/// <summary>A volume's backup as it is shown.</summary>
/// <param name="RepositoryId">restic's id of the repository that it is in; null before the project's first backup.</param>
public sealed record VolumeBackup(Backup Row, string? RepositoryId);

/// <summary>What was begun: the backup, the volume where it is written to, and the operation that does it.</summary>
public sealed record VolumeBackupWork(Backup Backup, Volume? Volume, Operation Operation);

/// <summary>
/// The use cases of volumes' backups. A recipient of a sharing may look at the backup and restore it into a volume of
/// its own; no list of theirs has it, and none of it changes the owner's row.
/// </summary>
public sealed class VolumeBackupService(
    ICatalog catalog,
    Policy policy,
    CoreOptions options,
    TimeProvider time,
    WakeSignal wake
)
{
    /// <summary>The caller's project's own.</summary>
    public async Task<RowList<VolumeBackup>> ListAsync(
        Caller caller,
        VolumeBackupQuery query,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "volume_backup:get_all");
        RowOrder<Backup> order = SortKeys.VolumeBackups(query.Page);
        int limit = query.Page.Limit ?? int.MaxValue - 1;
        if (limit == 0)
        {
            return new RowList<VolumeBackup>([], More: false);
        }
        BackupFilter filter = new()
        {
            OfVolumes = true,
            ProjectId = caller.ProjectId,
            Name = query.Name,
            Status = query.Status,
            VolumeId = query.VolumeId,
        };
        return await catalog.ReadAsync(
            async session =>
            {
                RowList<Backup> list = await order.PageAsync(limit, page => session.Backups.ListAsync(filter, page));
                string? repository = (await session.Repositories.FindAsync(caller.ProjectId))?.RepositoryId;
                return new RowList<VolumeBackup>(
                    [.. list.Rows.Select(row => new VolumeBackup(row, repository))],
                    list.More
                );
            },
            cancellationToken
        );
    }

    public async Task<VolumeBackup> GetAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "volume_backup:get");
        DateTimeOffset now = time.Now();
        (VolumeBackup found, Sharing? given) = await catalog.ReadAsync(
            async session =>
            {
                (Backup backup, Sharing? given) = await VolumeBackupRules.FindAsync(session, caller, id, now);
                string? repository = (await session.Repositories.FindAsync(backup.ProjectId))?.RepositoryId;
                return (new VolumeBackup(backup.ShownTo(caller), repository), given);
            },
            cancellationToken
        );
        await catalog.NoteLookAsync(caller, found.Row, given, time, cancellationToken);
        return found;
    }

    public Task<VolumeBackupWork> CreateAsync(
        Caller caller,
        NewVolumeBackup request,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "volume_backup:create");
        Texts.CheckNames(request.Name, request.Description);
        return catalog.ChangeAsync(
            wake,
            session => QueueAsync(session, caller, request, options, time.Now()),
            cancellationToken
        );
    }

    /// <inheritdoc cref="BackupService.QueueAsync"/>
    internal static async Task<VolumeBackupWork> QueueAsync(
        ICatalogSession session,
        Caller caller,
        NewVolumeBackup request,
        CoreOptions options,
        DateTimeOffset now,
        Schedule? schedule = null
    )
    {
        Volume volume = await session.FindVolumeAsync(caller, request.VolumeId);
        await VolumeBackupRules.CheckCreateAsync(session, caller, volume);
        Backup backup = NewRow(caller, request, volume, now) with { ScheduleId = schedule?.Id };
        await session.Volumes.SetStatusAsync(volume.Id, volume.Status, VolumeStatus.BackingUp, now);
        await session.Backups.AddAsync(backup);
        Operation operation = NewOperation.Of(OperationKind.CreateVolumeBackup, caller, now) with
        {
            ProjectId = backup.ProjectId,
            BackupId = backup.Id,
            VolumeId = volume.Id,
            StatusBefore = volume.Status,
            Root = volume.Root,
            NotBefore = now + options.Grace,
        };
        await session.Operations.AddAsync(operation);
        return new VolumeBackupWork(backup, volume, operation);
    }

    /// <summary>The owner's. Its sharings end at once; restores of recipients that are under way go on.</summary>
    public Task<VolumeBackupWork> DeleteAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "volume_backup:delete");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                DateTimeOffset now = time.Now();
                (Backup backup, _) = await VolumeBackupRules.FindAsync(session, caller, id, now);
                if (!caller.CanUse(backup))
                {
                    throw ServiceError.Forbidden("Only the project that shared the backup may delete it.");
                }
                VolumeBackupRules.CheckDelete(backup);
                await HoldRules.RequireNoneAsync(session, backup, now);
                await SharingRules.EndAllAsync(session, backup, caller, now);
                Operation operation = await session.QueueDeleteAsync(
                    backup,
                    NewOperation.Of(OperationKind.DeleteBackup, caller, now) with
                    {
                        NotBefore = now + options.Grace,
                    }
                );
                return new VolumeBackupWork(backup, Volume: null, operation);
            },
            cancellationToken
        );
    }

    /// <summary>Overwrites a volume of the caller's project with the backup, its own or one that it was given.</summary>
    public Task<VolumeBackupWork> RestoreAsync(
        Caller caller,
        string id,
        string volumeId,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "volume_backup:restore");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                DateTimeOffset now = time.Now();
                (Backup backup, Sharing? sharing) = await VolumeBackupRules.FindAsync(session, caller, id, now);
                Volume target = await session.FindVolumeAsync(caller, volumeId);
                VolumeBackupRules.CheckRestore(backup, target);
                await session.NoteRestoreAsync(backup, sharing, caller, now);
                return await QueueRestoreAsync(session, caller, backup, target, now);
            },
            cancellationToken
        );
    }

    /// <summary>Permission alone, for the endpoints that must refuse before they read the body.</summary>
    public void Require(Caller caller, string rule) => policy.Require(caller, rule);

    private async Task<VolumeBackupWork> QueueRestoreAsync(
        ICatalogSession session,
        Caller caller,
        Backup backup,
        Volume target,
        DateTimeOffset now
    )
    {
        bool own = backup.ProjectId == target.ProjectId;
        if (own)
        {
            await session.Backups.SetStatusAsync(backup.Id, backup.Status, BackupStatus.Restoring, now);
            await session.Backups.SetRestoreProgressAsync(backup.Id, 0);
        }
        await session.Volumes.SetStatusAsync(target.Id, target.Status, VolumeStatus.RestoringBackup, now);
        await session.Volumes.SetSourceBackupAsync(target.Id, backup.Id);
        Operation operation = NewOperation.Of(OperationKind.RestoreVolumeBackup, caller, now) with
        {
            ProjectId = target.ProjectId,
            RepositoryProjectId = own ? null : backup.ProjectId,
            BackupId = backup.Id,
            PinnedSnapshotId = backup.SnapshotId,
            VolumeId = target.Id,
            StatusBefore = target.Status,
            Root = target.Root,
            NotBefore = now + options.Grace,
        };
        await session.Operations.AddAsync(operation);
        return new VolumeBackupWork(backup, target, operation);
    }

    private static Backup NewRow(Caller caller, NewVolumeBackup request, Volume volume, DateTimeOffset now) =>
        new()
        {
            Id = Guid.NewGuid().ToString(),
            // The volume's: its repository has what the next backup is compared with.
            ProjectId = volume.ProjectId,
            UserId = caller.UserId,
            VolumeId = volume.Id,
            Name = request.Name,
            Description = request.Description,
            Size = volume.Size,
            Status = BackupStatus.Creating,
            AvailabilityZone = volume.AvailabilityZone,
            BackupType = request.Full ? Backup.Full : null,
            CreatedAt = now,
        };
}
