using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;

namespace Holdfast.Core.Services;

/// <summary>A create request. Texts are already text; lengths and meaning are checked by the service.</summary>
/// <param name="Options">backup_options as JSON text when it is a non-empty object, else null.</param>
/// <param name="BackupType">backup_options.backup_type as text, or null.</param>
public sealed record NewBackup(string ShareId, string? Name, string? Description, string? Options, string? BackupType);

/// <summary>Which fields to change; a change to null clears.</summary>
public sealed record BackupChange(bool SetName, string? Name, bool SetDescription, string? Description);

/// <summary>Filters of the list, all exact but the <c>Like</c> ones; null does not filter.</summary>
public sealed record BackupQuery
{
    public string? Name { get; init; }
    public string? NameLike { get; init; }
    public string? Description { get; init; }
    public string? DescriptionLike { get; init; }
    public string? Status { get; init; }
    public string? ShareId { get; init; }
    public string? Topic { get; init; }

    /// <summary>Administrators only; dropped for others.</summary>
    public string? Host { get; init; }

    /// <summary>Administrators only; dropped for others.</summary>
    public string? Id { get; init; }

    /// <summary>Administrators only; dropped for others.</summary>
    public bool AllProjects { get; init; }
    public Page Page { get; init; } = new();
}

/// <summary>The use cases of share backups. First permission, then state, then one transaction that changes the row and queues the operation.</summary>
public sealed class BackupService(
    ICatalog catalog,
    Policy policy,
    CoreOptions options,
    TimeProvider time,
    WakeSignal wake
)
{
    /// <summary>The rows, streamed; errors of the query are thrown before the first row.</summary>
    public async Task<IAsyncEnumerable<Backup>> ListAsync(
        Caller caller,
        BackupQuery query,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "share_backup:get_all");
        bool all = query.AllProjects && policy.Allows(caller, "share_backup:get_all_project");
        RowOrder<Backup> order = SortKeys.Backups(query.Page);
        BackupFilter filter = new()
        {
            ProjectId = all ? null : caller.ProjectId,
            Id = caller.IsAdmin ? query.Id : null,
            Name = query.Name,
            NameLike = query.NameLike,
            Description = query.Description,
            DescriptionLike = query.DescriptionLike,
            Status = query.Status,
            ShareId = query.ShareId,
            Topic = query.Topic,
            Host = caller.IsAdmin ? query.Host : null,
        };
        RowPlace? after = await catalog.ReadAsync(
            session => PlaceAsync(session, caller, query, order.Column),
            cancellationToken
        );
        return await RowStream.OpenAsync(
            order with
            {
                After = after,
            },
            row => row.Id,
            part => catalog.ReadAsync(session => session.Backups.ListAsync(filter, part), cancellationToken)
        );
    }

    /// <summary>Also one that the caller's project was given; its owner's matters are left out of it.</summary>
    public async Task<Backup> GetAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "share_backup:get");
        DateTimeOffset now = time.Now();
        (Backup backup, Sharing? given) = await catalog.ReadAsync(
            session => FindUsableAsync(session, caller, id, now),
            cancellationToken
        );
        await catalog.NoteLookAsync(caller, backup, given, time, cancellationToken);
        return backup.ShownTo(caller);
    }

    public async Task<Backup> CreateAsync(Caller caller, NewBackup request, CancellationToken cancellationToken)
    {
        Require(caller, "share_backup:create");
        Texts.CheckNames(request.Name, request.Description);
        Texts.CheckBackupType(request.BackupType);
        return await catalog.ChangeAsync(
            wake,
            session => QueueAsync(session, caller, request, options, time.Now()),
            cancellationToken
        );
    }

    /// <summary>Queues a backup for whoever may ask for it, after the rules have been asked.</summary>
    /// <param name="schedule">The schedule that asks; null: the caller does.</param>
    internal static async Task<Backup> QueueAsync(
        ICatalogSession session,
        Caller caller,
        NewBackup request,
        CoreOptions options,
        DateTimeOffset now,
        Schedule? schedule = null
    )
    {
        Share share = await session.FindShareAsync(caller, request.ShareId) ?? throw NoShareToBackUp(request.ShareId);
        await BackupRules.CheckCreateAsync(session, caller, share, request);
        Backup backup = NewRow(caller, request, share, options, now) with { ScheduleId = schedule?.Id };
        await session.Shares.SetStatusAsync(share.Id, share.Status, ShareStatus.BackupCreating, now);
        await session.Backups.AddAsync(backup);
        await session.Operations.AddAsync(
            NewOperation.Of(OperationKind.CreateBackup, caller, now) with
            {
                BackupId = backup.Id,
                ShareId = share.Id,
                StatusBefore = share.Status,
                Root = share.Root,
                NotBefore = now + options.Grace,
            }
        );
        return backup;
    }

    public Task<Backup> UpdateAsync(Caller caller, string id, BackupChange change, CancellationToken cancellationToken)
    {
        Require(caller, "share_backup:update");
        Texts.CheckNames(change.Name, change.Description);
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                Backup backup = await FindOwnAsync(session, caller, id, NoBackup(id));
                if (!change.SetName && !change.SetDescription)
                {
                    return backup;
                }
                Backup changed = backup with
                {
                    Name = change.SetName ? change.Name : backup.Name,
                    Description = change.SetDescription ? change.Description : backup.Description,
                    UpdatedAt = time.Now(),
                };
                await session.Backups.SetTextsAsync(id, changed.Name, changed.Description, changed.UpdatedAt.Value);
                await session.QueueExportAsync(backup.ProjectId, changed.UpdatedAt.Value);
                return changed;
            },
            cancellationToken
        );
    }

    public Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "share_backup:delete");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                Backup backup = await FindOwnAsync(session, caller, id, NoBackup(id));
                BackupRules.CheckDelete(backup);
                DateTimeOffset now = time.Now();
                await HoldRules.RequireNoneAsync(session, backup, now);
                await SharingRules.EndAllAsync(session, backup, caller, now);
                await session.QueueDeleteAsync(
                    backup,
                    NewOperation.Of(OperationKind.DeleteBackup, caller, now) with
                    {
                        NotBefore = now + options.Grace,
                    }
                );
                return true;
            },
            cancellationToken
        );
    }

    /// <param name="targetShareId">Null: the share it was taken of. Below microversion 2.91 the endpoint passes
    /// <paramref name="sourceOnly"/>, and a target other than the source is 400. A recipient has to name a share of theirs.</param>
    /// <returns>The id of the share that is being overwritten.</returns>
    public async Task<string> RestoreAsync(
        Caller caller,
        string id,
        string? targetShareId,
        bool sourceOnly,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "share_backup:restore");
        Operation queued = await RestoreAsync(
            caller,
            id,
            targetShareId,
            sourceOnly,
            selection: null,
            cancellationToken
        );
        return queued.ShareId!;
    }

    /// <summary>Restores chosen paths, and leaves the rest of the share as it is.</summary>
    /// <param name="targetShareId">Null: the share it was taken of. A recipient has to name a share of theirs.</param>
    /// <param name="selection">Paths that the backup has.</param>
    public Task<Operation> RestoreFilesAsync(
        Caller caller,
        string id,
        string? targetShareId,
        RestoreSelection selection,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "share_backup:restore");
        return RestoreAsync(caller, id, targetShareId, sourceOnly: false, selection, cancellationToken);
    }

    private Task<Operation> RestoreAsync(
        Caller caller,
        string id,
        string? targetShareId,
        bool sourceOnly,
        RestoreSelection? selection,
        CancellationToken cancellationToken
    ) =>
        catalog.ChangeAsync(
            wake,
            async session =>
            {
                DateTimeOffset now = time.Now();
                (Backup backup, Sharing? given) = await FindUsableAsync(session, caller, id, now);
                string target = targetShareId ?? backup.SourceId;
                // In place is for the backup's own project, and for administrators.
                given = targetShareId is null ? null : given;
                if (given is null && !caller.CanUse(backup))
                {
                    throw ServiceError.Forbidden(
                        "Only its own project may restore a backup in place; name a share of yours to restore it to."
                    );
                }
                if (sourceOnly && target != backup.ShareId)
                {
                    throw ServiceError.Invalid(
                        "Restoring to a share other than the backup's own needs API version 2.91 or later."
                    );
                }
                BackupRules.CheckRestore(backup, byRecipient: given is not null);
                Share share = await session.FindOwnShareAsync(caller, target, "NotFound: Resource could not be found.");
                await BackupRules.CheckTargetAsync(session, backup, share, selection);
                return await QueueRestoreAsync(session, caller, backup, given, share, selection, now);
            },
            cancellationToken
        );

    /// <summary>Sets the status alone; a live operation of the backup is cancelled (epoch + 1) and its share released.</summary>
    /// <param name="status">Already one of the accepted words.</param>
    public Task ResetStatusAsync(Caller caller, string id, string status, CancellationToken cancellationToken)
    {
        Require(caller, "share_backup:reset_status");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                Backup backup = await FindOwnAsync(session, caller, id, ServiceError.NotFound());
                // Once more, about the backup itself, as Manila does.
                policy.Require(caller, "share_backup:reset_status", new(backup.ProjectId, backup.UserId));
                DateTimeOffset now = time.Now();
                IReadOnlyList<Operation> live = await session.Operations.LiveOfBackupAsync(id);
                await OperationEnd.CancelAllAsync(session, live, "An administrator reset the backup's status.", now);
                return await session.Backups.SetStatusAsync(id, from: null, status, now);
            },
            cancellationToken
        );
    }

    /// <summary>Permission alone, for the endpoints that must refuse before they read the body.</summary>
    public void Require(Caller caller, string rule) => policy.Require(caller, rule);

    private static Backup NewRow(Caller caller, NewBackup request, Share share, CoreOptions options, DateTimeOffset now)
    {
        bool driver = request.Options is not null;
        return new Backup
        {
            Id = Guid.NewGuid().ToString(),
            ProjectId = caller.ProjectId,
            UserId = caller.UserId,
            ShareId = share.Id,
            Name = request.Name,
            Description = request.Description,
            Size = share.Size,
            Status = BackupStatus.Creating,
            AvailabilityZone = share.AvailabilityZone,
            BackupType = request.BackupType,
            Options = request.Options,
            // Without options the node that takes the backup names itself.
            Host = driver ? $"{share.Host ?? options.Node}@holdfast" : null,
            Topic = driver ? "manila-share" : "manila-data",
            CreatedAt = now,
        };
    }

    /// <param name="given">The sharing by which a recipient restores it: then its row shows nothing of that.</param>
    private async Task<Operation> QueueRestoreAsync(
        ICatalogSession session,
        Caller caller,
        Backup backup,
        Sharing? given,
        Share target,
        RestoreSelection? selection,
        DateTimeOffset now
    )
    {
        if (given is null)
        {
            await session.Backups.SetStatusAsync(backup.Id, backup.Status, BackupStatus.Restoring, now);
            await session.Backups.SetRestoreProgressAsync(backup.Id, 0);
        }
        await session.NoteRestoreAsync(backup, given, caller, now);
        await session.Shares.SetStatusAsync(target.Id, target.Status, ShareStatus.BackupRestoring, now);
        await session.Shares.SetSourceBackupAsync(target.Id, backup.Id);
        string project = given?.ToProjectId ?? backup.ProjectId;
        string kind = selection is null ? OperationKind.RestoreBackup : OperationKind.RestoreFiles;
        Operation queued = NewOperation.Of(kind, caller, now) with
        {
            ProjectId = project,
            RepositoryProjectId = given?.FromProjectId,
            BackupId = backup.Id,
            PinnedSnapshotId = backup.SnapshotId,
            ShareId = target.Id,
            ForeignShare = target.ProjectId != project,
            Selection = selection?.ToText(),
            StatusBefore = target.Status,
            Root = target.Root,
            NotBefore = now + options.Grace,
        };
        await session.Operations.AddAsync(queued);
        return queued;
    }

    /// <summary>A backup of a share that is the caller's own, or that it was given by the sharing beside it.</summary>
    private static async Task<(Backup Backup, Sharing? Given)> FindUsableAsync(
        ICatalogSession session,
        Caller caller,
        string id,
        DateTimeOffset now
    ) =>
        await session.FindUsableBackupAsync(caller, id, now) is ({ ShareId: not null } backup, var given)
            ? (backup, given)
            : throw NoBackup(id);

    /// <summary>The backup, to change it: one that the caller was given is refused.</summary>
    private async Task<Backup> FindOwnAsync(ICatalogSession session, Caller caller, string id, ServiceError missing) =>
        await session.FindUsableBackupAsync(caller, id, time.Now()) is not ({ ShareId: not null } backup, _)
            ? throw missing
        : caller.CanUse(backup) ? backup
        : throw ServiceError.Forbidden("Only the project that a backup belongs to may change or delete it.");

    /// <summary>Checks the list's share, and finds the marker's place; an unknown marker, or another's, is none.</summary>
    private static async Task<RowPlace?> PlaceAsync(
        ICatalogSession session,
        Caller caller,
        BackupQuery query,
        SortColumn<Backup> column
    )
    {
        if (query.ShareId is { Length: > 0 } shareId && await session.FindShareAsync(caller, shareId) is null)
        {
            throw NoShareToBackUp(shareId);
        }
        return
            query.Page.Marker is { Length: > 0 } marker
            && await session.FindBackupAsync(caller, marker) is { ShareId: not null } row
            ? new RowPlace(column.Value(row), row.Id)
            : null;
    }

    private static ServiceError NoBackup(string id) => ServiceError.NotFound($"No backup exists with ID {id}.");

    // 400, as Manila has it and its tests expect.
    private static ServiceError NoShareToBackUp(string id) => ServiceError.Invalid($"No share exists with ID {id}.");
}
