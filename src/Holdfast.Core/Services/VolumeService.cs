using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Sources;

namespace Holdfast.Core.Services;

/// <summary>A request for a new volume: empty, or made of a backup of the project's own or one that it was given.</summary>
/// <param name="Size">GiB; may be null with a backup: then it is the backup's.</param>
public sealed record NewVolume(int? Size, string? BackupId, string? Name, string? Description);

/// <summary>Which fields to change; a change to null clears.</summary>
public sealed record VolumeChange(bool SetName, string? Name, bool SetDescription, string? Description);

/// <summary>Filters of the list, all exact; null does not filter.</summary>
public sealed record VolumeQuery
{
    public string? Name { get; init; }
    public string? Status { get; init; }

    /// <summary>Administrators only; refused to others.</summary>
    public bool AllProjects { get; init; }

    /// <summary>At least 1.</summary>
    public required int Limit { get; init; }

    /// <summary>Only what stands behind this volume in the list, whether or not it is still there.</summary>
    public (DateTimeOffset CreatedAt, string Id)? After { get; init; }
}

/// <summary>What was begun: the volume, and the operation that makes or removes it.</summary>
public sealed record VolumeWork(Volume Volume, Operation Operation);

/// <summary>The use cases of a project's volumes. Those that were there before are <see cref="VolumeAdoptionService"/>'s to take in.</summary>
public sealed class VolumeService(
    ICatalog catalog,
    Policy policy,
    CoreOptions options,
    VolumeRoots roots,
    TimeProvider time,
    WakeSignal wake
)
{
    /// <summary>Newest first.</summary>
    public async Task<RowList<Volume>> ListAsync(Caller caller, VolumeQuery query, CancellationToken cancellationToken)
    {
        Require(caller, "volume:get_all");
        if (query.AllProjects)
        {
            Require(caller, "volume:get_all_project");
        }
        VolumeFilter filter = new()
        {
            ProjectId = query.AllProjects ? null : caller.ProjectId,
            Name = query.Name,
            Status = query.Status,
        };
        RowOrder<Volume> order = new(
            new SortColumn<Volume>("created_at", row => row.CreatedAt),
            Descending: true,
            query.After is var (createdAt, id) ? new RowPlace(createdAt, id) : null
        );
        return await catalog.ReadAsync(
            session => order.PageAsync(query.Limit, page => session.Volumes.ListAsync(filter, page)),
            cancellationToken
        );
    }

    public Task<Volume> GetAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "volume:get");
        return catalog.ReadAsync(session => session.FindVolumeAsync(caller, id), cancellationToken);
    }

    public Task<VolumeWork> CreateAsync(Caller caller, NewVolume request, CancellationToken cancellationToken)
    {
        Require(caller, "volume:create");
        if (request.BackupId is not null)
        {
            Require(caller, "volume_backup:restore");
        }
        else if (request.Size is null)
        {
            throw ServiceError.Invalid("'size', in GiB, is missing: only with a backup there is one to take.");
        }
        Texts.CheckNames(request.Name, request.Description);
        string root =
            roots.Default
            ?? throw ServiceError.Conflict("No volume can be made here: no volume root of this service can hold one.");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                DateTimeOffset now = time.Now();
                Backup? backup = await FindBackupAsync(session, caller, request.BackupId, now);
                int size = VolumeRules.SizeOf(backup, request.Size);
                await VolumeRules.CheckRoomAsync(session, caller.ProjectId, size, options.VolumeGigabytes);
                string id = Guid.NewGuid().ToString();
                Volume volume = new()
                {
                    Id = id,
                    ProjectId = caller.ProjectId,
                    UserId = caller.UserId,
                    Name = request.Name,
                    Description = request.Description,
                    Size = size,
                    Bytes = (long)size << 30,
                    Status = VolumeStatus.Creating,
                    Kind = VolumeKind.File,
                    AvailabilityZone = options.AvailabilityZone,
                    Root = root,
                    Path = id,
                    Adopted = false,
                    SourceBackupId = backup?.Id,
                    CreatedAt = now,
                };
                // The operation names the snapshot and not the backup: that is its owner's, who may delete it meanwhile.
                Operation operation = NewOperation.Of(OperationKind.CreateVolume, caller, now) with
                {
                    VolumeId = id,
                    Root = root,
                    RepositoryProjectId = backup?.ProjectId == caller.ProjectId ? null : backup?.ProjectId,
                    PinnedSnapshotId = backup?.SnapshotId,
                };
                await session.Volumes.AddAsync(volume);
                await session.Operations.AddAsync(operation);
                return new VolumeWork(volume, operation);
            },
            cancellationToken
        );
    }

    public Task<Volume> UpdateAsync(Caller caller, string id, VolumeChange change, CancellationToken cancellationToken)
    {
        Require(caller, "volume:update");
        Texts.CheckNames(change.Name, change.Description);
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                Volume volume = await session.FindVolumeAsync(caller, id);
                DateTimeOffset now = time.Now();
                Volume changed = volume with
                {
                    Name = change.SetName ? change.Name : volume.Name,
                    Description = change.SetDescription ? change.Description : volume.Description,
                    UpdatedAt = now,
                };
                await session.Volumes.SetTextsAsync(changed);
                await session.QueueExportAsync(volume.ProjectId, now);
                return changed;
            },
            cancellationToken
        );
    }

    public Task<VolumeWork> DeleteAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "volume:delete");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                Volume volume = await session.FindVolumeAsync(caller, id);
                await VolumeRules.CheckDeleteAsync(session, volume);
                DateTimeOffset now = time.Now();
                Operation operation = NewOperation.Of(OperationKind.DeleteVolume, caller, now) with
                {
                    ProjectId = volume.ProjectId,
                    VolumeId = id,
                    StatusBefore = volume.Status,
                    Root = volume.Root,
                };
                await session.Volumes.SetStatusAsync(id, volume.Status, VolumeStatus.Deleting, now);
                await session.Operations.AddAsync(operation);
                return new VolumeWork(volume with { Status = VolumeStatus.Deleting, UpdatedAt = now }, operation);
            },
            cancellationToken
        );
    }

    /// <summary>Sets the status alone; what works on the volume is cancelled (epoch + 1).</summary>
    /// <param name="status">Of <see cref="VolumeStatus.Settable"/>.</param>
    public Task<Volume> ResetStatusAsync(Caller caller, string id, string status, CancellationToken cancellationToken)
    {
        Require(caller, "volume:reset_status");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                Volume volume = await session.FindVolumeAsync(caller, id);
                DateTimeOffset now = time.Now();
                IReadOnlyList<Operation> live = await session.Operations.LiveOfVolumeAsync(id);
                await OperationEnd.CancelAllAsync(
                    session,
                    // The removal of a backup does not touch the volume.
                    [.. live.Where(operation => operation.Kind != OperationKind.DeleteBackup)],
                    "An administrator reset the volume's status.",
                    now
                );
                await session.Volumes.SetStatusAsync(id, from: null, status, now);
                return volume with { Status = status, UpdatedAt = now };
            },
            cancellationToken
        );
    }

    /// <summary>Permission alone, for the endpoints that must refuse before they read the body.</summary>
    public void Require(Caller caller, string rule) => policy.Require(caller, rule);

    private static async Task<Backup?> FindBackupAsync(
        ICatalogSession session,
        Caller caller,
        string? id,
        DateTimeOffset now
    )
    {
        if (id is null)
        {
            return null;
        }
        (Backup backup, Sharing? sharing) = await VolumeBackupRules.FindAsync(session, caller, id, now);
        await session.NoteRestoreAsync(backup, sharing, caller, now);
        return backup;
    }
}
