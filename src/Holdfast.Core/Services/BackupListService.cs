using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>Filters of the list, all exact; null does not filter.</summary>
public sealed record BackupListQuery
{
    /// <summary>Backups of volumes in place of those of shares.</summary>
    public bool OfVolumes { get; init; }
    public string? Name { get; init; }
    public string? Status { get; init; }
    public string? ShareId { get; init; }
    public string? VolumeId { get; init; }

    /// <summary>Administrators only; refused to others.</summary>
    public bool AllProjects { get; init; }

    /// <summary>At least 1.</summary>
    public required int Limit { get; init; }

    /// <summary>Only what stands behind this backup in the list, whether or not it is still there.</summary>
    public (DateTimeOffset CreatedAt, string Id)? After { get; init; }
}

/// <summary>Backups of shares and of volumes alike, to look at. What is done with them is <see cref="BackupService"/>'s and <see cref="VolumeBackupService"/>'s.</summary>
public sealed class BackupListService(ICatalog catalog, Policy policy, TimeProvider time)
{
    /// <summary>Newest first.</summary>
    public async Task<RowList<Backup>> ListAsync(
        Caller caller,
        BackupListQuery query,
        CancellationToken cancellationToken
    )
    {
        RequireList(caller, query.OfVolumes);
        if (query.AllProjects)
        {
            policy.Require(caller, "share_backup:get_all_project");
        }
        BackupFilter filter = new()
        {
            OfVolumes = query.OfVolumes,
            ProjectId = query.AllProjects ? null : caller.ProjectId,
            Name = query.Name,
            Status = query.Status,
            ShareId = query.ShareId,
            VolumeId = query.VolumeId,
        };
        RowOrder<Backup> order = new(
            new SortColumn<Backup>("created_at", row => row.CreatedAt),
            Descending: true,
            query.After is var (createdAt, id) ? new RowPlace(createdAt, id) : null
        );
        return await catalog.ReadAsync(
            session => order.PageAsync(query.Limit, page => session.Backups.ListAsync(filter, page)),
            cancellationToken
        );
    }

    /// <summary>Also one that the caller's project was given; its owner's matters are left out of it.</summary>
    public async Task<Backup> GetAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.Now();
        policy.Require(caller, "share_backup:get");
        (Backup? backup, Sharing? given) = await catalog.ReadAsync(
            session => session.FindUsableBackupAsync(caller, id, now),
            cancellationToken
        );
        if (backup is null)
        {
            throw ServiceError.NotFound($"Backup {id} could not be found.");
        }
        if (backup.OfVolume)
        {
            policy.Require(caller, "volume_backup:get");
        }
        await catalog.NoteLookAsync(caller, backup, given, time, cancellationToken);
        return backup.ShownTo(caller);
    }

    /// <summary>Permission alone, for the endpoint that must refuse before it reads the query.</summary>
    public void RequireList(Caller caller, bool ofVolumes) =>
        policy.Require(caller, ofVolumes ? "volume_backup:get_all" : "share_backup:get_all");
}
