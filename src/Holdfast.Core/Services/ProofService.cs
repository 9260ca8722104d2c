using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;

namespace Holdfast.Core.Services;

/// <summary>Filters of the list, all exact; null does not filter.</summary>
public sealed record DrillQuery
{
    public string? BackupId { get; init; }
    public string? ShareId { get; init; }
    public string? VolumeId { get; init; }

    /// <summary>At least 1.</summary>
    public required int Limit { get; init; }

    /// <summary>Only what stands behind this drill in the list, whether or not it is still there.</summary>
    public (DateTimeOffset CreatedAt, string Id)? After { get; init; }
}

/// <summary>Verifications and restore drills: what they found, and having them done now.</summary>
public sealed class ProofService(ICatalog catalog, Policy policy, TimeProvider time, WakeSignal wake)
{
    /// <summary>The project's, newest first.</summary>
    public async Task<RowList<Drill>> DrillsAsync(Caller caller, DrillQuery query, CancellationToken cancellationToken)
    {
        Require(caller, "drill:get_all");
        DrillFilter filter = new()
        {
            ProjectId = caller.ProjectId,
            BackupId = query.BackupId,
            ShareId = query.ShareId,
            VolumeId = query.VolumeId,
        };
        RowOrder<Drill> order = new(
            new SortColumn<Drill>("created_at", row => row.CreatedAt),
            Descending: true,
            query.After is var (createdAt, id) ? new RowPlace(createdAt, id) : null
        );
        return await catalog.ReadAsync(
            session => order.PageAsync(query.Limit, page => session.Drills.ListAsync(filter, page)),
            cancellationToken
        );
    }

    /// <returns>The operation that restores it for trial.</returns>
    public Task<Operation> DrillAsync(Caller caller, string backupId, CancellationToken cancellationToken)
    {
        Require(caller, "drill:create");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                Backup backup =
                    await session.FindBackupAsync(caller, backupId) ?? throw BackupRules.NoSuchBackup(backupId);
                if (!BackupRules.CanBeRead(backup))
                {
                    throw ServiceError.Conflict(
                        $"Backup {backupId} is '{backup.Status}': only one that is available can be restored."
                    );
                }
                return await session.QueueDrillAsync(backup, caller, time.Now());
            },
            cancellationToken
        );
    }

    /// <summary>The project's own, which it has from its first backup on; or all, in the order of their projects.</summary>
    /// <param name="all">Administrators only; refused to others.</param>
    public async Task<IReadOnlyList<ProjectRepository>> RepositoriesAsync(
        Caller caller,
        bool all,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "repository:get_all");
        if (all)
        {
            Require(caller, "repository:get_all_project");
        }
        return await catalog.ReadAsync(
            session => session.Repositories.WithVerificationAsync(all ? null : caller.ProjectId),
            cancellationToken
        );
    }

    /// <returns>The operation that verifies it.</returns>
    public Task<Operation> VerifyAsync(Caller caller, string projectId, CancellationToken cancellationToken)
    {
        Require(caller, "repository:verify");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                if (await session.Repositories.FindAsync(projectId) is null)
                {
                    throw ServiceError.NotFound($"Project {projectId} has no repository.");
                }
                Operation queued = NewOperation.Of(OperationKind.Verify, caller, time.Now()) with
                {
                    ProjectId = projectId,
                };
                await session.Operations.AddAsync(queued);
                return queued;
            },
            cancellationToken
        );
    }

    /// <summary>Permission alone, for the endpoints that must refuse before they read the query.</summary>
    public void Require(Caller caller, string rule) => policy.Require(caller, rule);
}
