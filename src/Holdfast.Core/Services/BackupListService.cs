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

/// <param name="ProvenAt">As <see cref="ProofRules.ProvenAt"/> has it.</param>
public sealed record ProvenBackup(Backup Backup, DateTimeOffset? ProvenAt);

/// <summary>Backups of shares and of volumes alike, to look at. What is done with them is <see cref="BackupService"/>'s and <see cref="VolumeBackupService"/>'s.</summary>
public sealed class BackupListService(ICatalog catalog, Policy policy, TimeProvider time)
{
    /// <summary>Newest first.</summary>
    public async Task<RowList<ProvenBackup>> ListAsync(
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
            async session =>
            {
                RowList<Backup> list = await order.PageAsync(
                    query.Limit,
                    page => session.Backups.ListAsync(filter, page)
                );
                Dictionary<string, ProjectRepository?> repositories = [];
                foreach (string project in list.Rows.Select(backup => backup.ProjectId).Distinct())
                {
                    repositories[project] = await session.Repositories.FindAsync(project);
                }
                return new RowList<ProvenBackup>(
                    [
                        .. list.Rows.Select(row => new ProvenBackup(
                            row,
                            ProofRules.ProvenAt(row, repositories[row.ProjectId])
                        )),
                    ],
                    list.More
                );
            },
            cancellationToken
        );
    }

    /// <summary>Also one that the caller's project was given; its owner's matters are left out of it.</summary>
    public async Task<ProvenBackup> GetAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.Now();
        policy.Require(caller, "share_backup:get");
        (Backup? backup, Sharing? given, DateTimeOffset? provenAt) = await catalog.ReadAsync(
            async session =>
            {
                (Backup? backup, Sharing? given) = await session.FindUsableBackupAsync(caller, id, now);
                DateTimeOffset? provenAt = backup is null
                    ? null
                    : ProofRules.ProvenAt(backup, await session.Repositories.FindAsync(backup.ProjectId));
                return (backup, given, provenAt);
            },
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
        return new ProvenBackup(backup.ShownTo(caller), provenAt);
    }

    /// <summary>Permission alone, for the endpoint that must refuse before it reads the query.</summary>
    public void RequireList(Caller caller, bool ofVolumes) =>
        policy.Require(caller, ofVolumes ? "volume_backup:get_all" : "share_backup:get_all");
}
