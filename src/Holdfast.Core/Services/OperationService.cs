using System.Runtime.CompilerServices;
using Holdfast.Core.Access;
using Holdfast.Core.Access.Policies;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;

namespace Holdfast.Core.Services;

/// <summary>Filters of the list, all exact; null does not filter.</summary>
public sealed record OperationQuery
{
    public string? Status { get; init; }
    public string? Kind { get; init; }
    public string? ShareId { get; init; }
    public string? VolumeId { get; init; }
    public string? BackupId { get; init; }

    /// <summary>Administrators only; refused to others.</summary>
    public bool AllProjects { get; init; }

    /// <summary>At least 1.</summary>
    public required int Limit { get; init; }

    /// <summary>Only what stands behind this operation in the list, whether or not it is still there.</summary>
    public OperationPlace? After { get; init; }
}

/// <summary>A place in the list of operations.</summary>
public sealed record OperationPlace(DateTimeOffset CreatedAt, string Id);

/// <summary>The use cases of operations: to look at them, and to cancel one.</summary>
public sealed class OperationService(
    ICatalog catalog,
    OperationQueue queue,
    Policy policy,
    CoreOptions options,
    TimeProvider time
)
{
    /// <summary>Of those that are queued or running, at which a watcher looks: the newest.</summary>
    private const int MostWatched = 200;

    /// <summary>A token may be revoked, and a role taken away, while somebody watches.</summary>
    internal static readonly TimeSpan LongestWatch = TimeSpan.FromMinutes(5);

    /// <summary>Newest first.</summary>
    public async Task<RowList<Operation>> ListAsync(
        Caller caller,
        OperationQuery query,
        CancellationToken cancellationToken
    )
    {
        policy.Require(caller, "operation:get_all");
        if (query.AllProjects)
        {
            policy.Require(caller, "operation:get_all_project");
        }
        OperationFilter filter = new()
        {
            ProjectId = query.AllProjects ? null : caller.ProjectId,
            Status = query.Status,
            Kind = query.Kind,
            ShareId = query.ShareId,
            VolumeId = query.VolumeId,
            BackupId = query.BackupId,
            KnowsForeign = caller.IsAdmin,
        };
        RowOrder<Operation> order = new(
            new SortColumn<Operation>("created_at", row => row.CreatedAt),
            Descending: true,
            query.After is { } after ? new RowPlace(after.CreatedAt, after.Id) : null
        );
        return await catalog.ReadAsync(
            session => order.PageAsync(query.Limit, page => session.Operations.ListAsync(filter, page)),
            cancellationToken
        );
    }

    public Task<Operation> GetAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        policy.Require(caller, "operation:get");
        return FindAsync(caller, id, cancellationToken);
    }

    /// <summary>What is queued or runs, and then, a poll after the other, what has changed of that or is new. It ends after <see cref="LongestWatch"/>: whoever goes on watching shows again who they are.</summary>
    /// <param name="allProjects">Administrators only; refused to others.</param>
    public IAsyncEnumerable<IReadOnlyList<Operation>> WatchAsync(
        Caller caller,
        bool allProjects,
        CancellationToken cancellationToken
    )
    {
        policy.Require(caller, "operation:get_all");
        if (allProjects)
        {
            policy.Require(caller, "operation:get_all_project");
        }
        return WatchAsync(allProjects ? null : caller.ProjectId, cancellationToken);
    }

    private async IAsyncEnumerable<IReadOnlyList<Operation>> WatchAsync(
        string? projectId,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Dictionary<string, DateTimeOffset> told = [];
        long began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < LongestWatch)
        {
            IReadOnlyList<Operation> live = await LiveAsync(projectId, told.Keys, cancellationToken);
            List<Operation> news = [.. live.Where(one => told.GetValueOrDefault(one.Id) != one.UpdatedAt)];
            told = live.Where(one => one.FinishedAt is null).ToDictionary(one => one.Id, one => one.UpdatedAt);
            yield return news;
            await Task.Delay(options.PollInterval, time, cancellationToken);
        }
    }

    /// <returns>The oldest first: what is queued or runs, and what of <paramref name="known"/> has ended.</returns>
    private Task<IReadOnlyList<Operation>> LiveAsync(
        string? projectId,
        IReadOnlyCollection<string> known,
        CancellationToken cancellationToken
    ) =>
        catalog.ReadAsync<IReadOnlyList<Operation>>(
            async session =>
            {
                RowOrder<Operation> order = new(
                    new SortColumn<Operation>("created_at", row => row.CreatedAt),
                    Descending: true,
                    null
                );
                List<Operation> live = [];
                foreach (string status in (string[])[OperationStatus.Queued, OperationStatus.Running])
                {
                    OperationFilter filter = new() { ProjectId = projectId, Status = status };
                    RowList<Operation> rows = await order.PageAsync(
                        MostWatched,
                        page => session.Operations.ListAsync(filter, page)
                    );
                    live.AddRange(rows.Rows);
                }
                // What is beyond them is forgotten: it is told anew when its turn has come.
                foreach (string id in known.Except(live.Select(one => one.Id)).Take(MostWatched))
                {
                    if (await session.Operations.FindAsync(id) is { } ended)
                    {
                        live.Add(ended);
                    }
                }
                return [.. live.DistinctBy(one => one.Id).OrderBy(one => one.CreatedAt)];
            },
            cancellationToken
        );

    /// <summary>Cancels one that no worker has, with all that it held; asks the worker of one that runs to stop.</summary>
    /// <returns>The operation as it is then: cancelled, or still running.</returns>
    public async Task<Operation> CancelAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        policy.Require(caller, "operation:cancel");
        Operation operation = await FindAsync(caller, id, cancellationToken);
        CheckMayCancel(caller, operation);
        return await queue.CancelAsync(id, cancellationToken)
            ?? throw ServiceError.Conflict($"Operation {id} has ended; there is nothing to cancel.");
    }

    /// <summary>Permission alone, for the endpoints that must refuse before they read the query.</summary>
    public void Require(Caller caller, string rule) => policy.Require(caller, rule);

    /// <summary>Nobody undoes by a cancel what they may not do, or what somebody with more rights wants done.</summary>
    private void CheckMayCancel(Caller caller, Operation operation)
    {
        if (caller.IsAdmin)
        {
            return;
        }
        if (operation.UserId.Length == 0)
        {
            throw ServiceError.Forbidden("Only an administrator may cancel what the service does of its own accord.");
        }
        if (operation.AskedByAdmin)
        {
            throw ServiceError.Forbidden("Only an administrator may cancel what an administrator has asked for.");
        }
        if (RuleOf(operation) is { } rule)
        {
            policy.Require(caller, rule, new PolicyTarget(operation.ProjectId, operation.UserId));
        }
    }

    /// <summary>The rule by which one asks for the kind; null for what nobody can ask for.</summary>
    private static string? RuleOf(Operation operation) =>
        operation.Kind switch
        {
            OperationKind.CreateBackup => "share_backup:create",
            OperationKind.RestoreBackup or OperationKind.RestoreFiles => "share_backup:restore",
            OperationKind.DeleteBackup => operation.VolumeId is null ? "share_backup:delete" : "volume_backup:delete",
            OperationKind.CreateVolumeBackup => "volume_backup:create",
            OperationKind.RestoreVolumeBackup => "volume_backup:restore",
            OperationKind.CreateVolume => "volume:create",
            OperationKind.DeleteVolume => "volume:delete",
            OperationKind.CreateShare => "share:create",
            OperationKind.DeleteShare => "share:delete",
            OperationKind.CreateSnapshot => "share:create_snapshot",
            OperationKind.DeleteSnapshot => "share:delete_snapshot",
            _ => null,
        };

    private async Task<Operation> FindAsync(Caller caller, string id, CancellationToken cancellationToken) =>
        await catalog.ReadAsync(session => session.Operations.FindAsync(id), cancellationToken) is { } operation
        && (caller.IsAdmin || operation.ProjectId == caller.ProjectId)
            ? operation
            : throw ServiceError.NotFound($"No operation exists with ID {id}.");
}
