using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;

namespace Holdfast.Core.Services;

public sealed record NewShareSnapshot(
    string ShareId,
    string? Name,
    string? Description,
    IReadOnlyDictionary<string, string> Metadata
);

/// <summary>Which fields to change; a change to null clears.</summary>
public sealed record ShareSnapshotChange(bool SetName, string? Name, bool SetDescription, string? Description);

/// <summary>Filters of the list, all exact but the <c>Like</c> ones; null does not filter.</summary>
public sealed record ShareSnapshotQuery
{
    public string? Name { get; init; }
    public string? NameLike { get; init; }
    public string? Description { get; init; }
    public string? DescriptionLike { get; init; }
    public string? Status { get; init; }
    public string? ShareId { get; init; }
    public long? Size { get; init; }
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Administrators only; dropped for others.</summary>
    public bool AllProjects { get; init; }
    public bool WithCount { get; init; }
    public Page Page { get; init; } = new();
}

/// <summary>
/// The use cases of share snapshots. First permission, then state, then one transaction that changes the row and queues
/// the operation.
/// </summary>
public sealed class ShareSnapshotService(
    ICatalog catalog,
    Policy policy,
    CoreOptions options,
    TimeProvider time,
    WakeSignal wake
)
{
    /// <summary>The rows, streamed, and how many there are on all pages, where that was asked for.</summary>
    public async Task<(IAsyncEnumerable<ShareSnapshot> Rows, long? Count)> ListAsync(
        Caller caller,
        ShareSnapshotQuery query,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "share_snapshot:get_all_snapshots");
        bool all = query.AllProjects && policy.Allows(caller, "share_snapshot:list_all_projects");
        RowOrder<ShareSnapshot> order = SortKeys.ShareSnapshots(query.Page);
        ShareSnapshotFilter filter = new()
        {
            ProjectId = all ? null : caller.ProjectId,
            Name = query.Name,
            NameLike = query.NameLike,
            Description = query.Description,
            DescriptionLike = query.DescriptionLike,
            Status = query.Status,
            ShareId = query.ShareId,
            Size = query.Size,
            Metadata = query.Metadata,
        };
        (RowPlace? after, long? count) = await catalog.ReadAsync(
            async session =>
            {
                ShareSnapshot? marker = query.Page.Marker is { } id
                    ? await session.FindShareSnapshotAsync(caller, id)
                    : null;
                return (
                    marker is null ? null : new RowPlace(order.Column.Value(marker), marker.Id),
                    query.WithCount ? await session.ShareSnapshots.CountAsync(filter) : (long?)null
                );
            },
            cancellationToken
        );
        IAsyncEnumerable<ShareSnapshot> rows = await RowStream.OpenAsync(
            order with
            {
                After = after,
            },
            row => row.Id,
            part => catalog.ReadAsync(session => session.ShareSnapshots.ListAsync(filter, part), cancellationToken)
        );
        return (rows, count);
    }

    public Task<ShareSnapshot> GetAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "share_snapshot:get_snapshot");
        return catalog.ReadAsync(session => FindQuietlyAsync(session, caller, id), cancellationToken);
    }

    public Task<ShareSnapshot> CreateAsync(Caller caller, NewShareSnapshot request, CancellationToken cancellationToken)
    {
        Require(caller, "share:create_snapshot");
        Texts.CheckNames(request.Name, request.Description);
        MetadataRules.Check(request.Metadata);
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                Share share =
                    await session.FindShareAsync(caller, request.ShareId)
                    ?? throw ServiceError.NotFound($"Share {request.ShareId} could not be found.");
                if (!caller.CanWrite(share))
                {
                    throw ServiceError.Forbidden();
                }
                ShareSnapshotRules.CheckSupport(share);
                ShareSnapshotRules.CheckCreate(share);
                QuotaOwner owner = new(caller.ProjectId, caller.UserId, share.ShareTypeId);
                await QuotaRules.CheckSnapshotAsync(session, owner, share.Size);
                DateTimeOffset now = time.Now();
                ShareSnapshot snapshot = new()
                {
                    Id = Guid.NewGuid().ToString(),
                    ProjectId = caller.ProjectId,
                    UserId = caller.UserId,
                    ShareId = share.Id,
                    Name = request.Name,
                    Description = request.Description,
                    Size = share.Size,
                    Status = ShareSnapshotStatus.Creating,
                    Protocol = share.Protocol,
                    Metadata = request.Metadata,
                    Root = share.Root,
                    CreatedAt = now,
                };
                await session.ShareSnapshots.AddAsync(snapshot);
                await QueueAsync(session, OperationKind.CreateSnapshot, caller, snapshot, now);
                return snapshot;
            },
            cancellationToken
        );
    }

    public Task<ShareSnapshot> UpdateAsync(
        Caller caller,
        string id,
        ShareSnapshotChange change,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "share:snapshot_update");
        Texts.CheckNames(change.Name, change.Description);
        return catalog.WriteAsync(
            async session =>
            {
                ShareSnapshot snapshot = await FindQuietlyAsync(session, caller, id);
                if (!change.SetName && !change.SetDescription)
                {
                    return snapshot;
                }
                ShareSnapshot changed = snapshot with
                {
                    Name = change.SetName ? change.Name : snapshot.Name,
                    Description = change.SetDescription ? change.Description : snapshot.Description,
                    UpdatedAt = time.Now(),
                };
                await session.ShareSnapshots.SetTextsAsync(
                    id,
                    changed.Name,
                    changed.Description,
                    changed.UpdatedAt.Value
                );
                return changed;
            },
            cancellationToken
        );
    }

    public Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "share:delete_snapshot");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                ShareSnapshot snapshot = await FindQuietlyAsync(session, caller, id);
                ShareSnapshotRules.CheckDelete(snapshot, await session.Operations.LiveOfSnapshotAsync(id));
                return await QueueDeleteAsync(session, caller, snapshot);
            },
            cancellationToken
        );
    }

    /// <summary>
    /// Whatever its status; an operation of it that lives is cancelled (epoch + 1), and so is a share's that is being made of it.
    /// </summary>
    public Task ForceDeleteAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "share_snapshot:force_delete");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                ShareSnapshot snapshot = await FindAsync(session, caller, id);
                policy.RequireOf(caller, "share_snapshot:force_delete", snapshot);
                await CancelAsync(session, id, "An administrator deleted the snapshot.", _ => true);
                return await QueueDeleteAsync(session, caller, snapshot);
            },
            cancellationToken
        );
    }

    /// <summary>Sets the status alone; an operation of it that lives is cancelled (epoch + 1).</summary>
    /// <param name="status">Already one of the accepted words.</param>
    public Task ResetStatusAsync(Caller caller, string id, string status, CancellationToken cancellationToken)
    {
        Require(caller, "share_snapshot:reset_status");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                ShareSnapshot snapshot = await FindAsync(session, caller, id);
                policy.RequireOf(caller, "share_snapshot:reset_status", snapshot);
                await CancelAsync(
                    session,
                    id,
                    "An administrator reset the snapshot's status.",
                    operation => operation.Kind is OperationKind.CreateSnapshot or OperationKind.DeleteSnapshot
                );
                return await session.ShareSnapshots.SetStatusAsync(id, from: null, status, time.Now());
            },
            cancellationToken
        );
    }

    public async Task<IReadOnlyDictionary<string, string>> MetadataAsync(
        Caller caller,
        string id,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "share_snapshot:get_metadata");
        return (await catalog.ReadAsync(session => FindAsync(session, caller, id), cancellationToken)).Metadata;
    }

    /// <summary>Sets the keys given, and with <paramref name="all"/> takes every other away.</summary>
    /// <returns>All that it has then.</returns>
    public Task<IReadOnlyDictionary<string, string>> SetMetadataAsync(
        Caller caller,
        string id,
        IReadOnlyDictionary<string, string> given,
        bool all,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "share_snapshot:update_metadata");
        return ChangeMetadataAsync(
            caller,
            id,
            metadata =>
            {
                if (all)
                {
                    metadata.Clear();
                }
                foreach ((string key, string value) in given)
                {
                    metadata[key] = value;
                }
            },
            cancellationToken
        );
    }

    public Task RemoveMetadataAsync(Caller caller, string id, string key, CancellationToken cancellationToken)
    {
        Require(caller, "share_snapshot:delete_metadata");
        return ChangeMetadataAsync(
            caller,
            id,
            metadata =>
            {
                if (!metadata.Remove(key))
                {
                    throw ServiceError.NotFound("Metadata item is not found.");
                }
            },
            cancellationToken
        );
    }

    /// <summary>
    /// No share is reverted: another directory in the place of its own would leave whoever has it mounted writing into the
    /// old one.
    /// </summary>
    /// <exception cref="ServiceError">Always; what there is is told only to whom it belongs.</exception>
    public Task RefuseRevertAsync(Caller caller, string shareId, string snapshotId, CancellationToken cancellationToken)
    {
        Require(caller, "share:revert_to_snapshot");
        return catalog.ReadAsync<bool>(
            async session =>
            {
                Share share = await session.FindOwnShareAsync(caller, shareId, $"Share {shareId} could not be found.");
                if (await session.FindShareSnapshotAsync(caller, snapshotId) is null)
                {
                    throw ServiceError.Invalid($"Snapshot {snapshotId} could not be found.");
                }
                ShareRules.CheckNotInBin(share, $"Share '{shareId}' cannot revert to snapshot,");
                throw ServiceError.Invalid(
                    $"Share {shareId} may not be reverted to snapshot {snapshotId}, because the share does not have that "
                        + "capability."
                );
            },
            cancellationToken
        );
    }

    /// <summary>No snapshot is mounted, so that there is no access to it to control.</summary>
    /// <param name="rule">Who may control or see it.</param>
    /// <exception cref="ServiceError">Always.</exception>
    public Task RefuseAccessAsync(Caller caller, string id, string rule, CancellationToken cancellationToken)
    {
        Require(caller, rule);
        return catalog.ReadAsync<bool>(
            async session =>
            {
                ShareSnapshot snapshot = await FindAsync(session, caller, id);
                throw ServiceError.Invalid(
                    $"Cannot control access to the snapshot {id} since the parent share {snapshot.ShareId} does not support "
                        + "mounting its snapshots."
                );
            },
            cancellationToken
        );
    }

    /// <summary>Permission alone, for the endpoints that must refuse before they read the body.</summary>
    public void Require(Caller caller, string rule) => policy.Require(caller, rule);

    private Task<IReadOnlyDictionary<string, string>> ChangeMetadataAsync(
        Caller caller,
        string id,
        Action<Dictionary<string, string>> change,
        CancellationToken cancellationToken
    ) =>
        catalog.WriteAsync<IReadOnlyDictionary<string, string>>(
            async session =>
            {
                ShareSnapshot snapshot = await FindAsync(session, caller, id);
                Dictionary<string, string> metadata = new(snapshot.Metadata, StringComparer.Ordinal);
                change(metadata);
                MetadataRules.Check(metadata);
                await session.ShareSnapshots.SetMetadataAsync(id, metadata);
                return metadata;
            },
            cancellationToken
        );

    private async Task<bool> QueueDeleteAsync(ICatalogSession session, Caller caller, ShareSnapshot snapshot)
    {
        DateTimeOffset now = time.Now();
        await session.ShareSnapshots.SetStatusAsync(snapshot.Id, from: null, ShareSnapshotStatus.Deleting, now);
        await QueueAsync(session, OperationKind.DeleteSnapshot, caller, snapshot, now);
        return true;
    }

    private Task QueueAsync(
        ICatalogSession session,
        string kind,
        Caller caller,
        ShareSnapshot snapshot,
        DateTimeOffset now
    ) =>
        session.Operations.AddAsync(
            NewOperation.Of(kind, caller, now) with
            {
                ProjectId = snapshot.ProjectId,
                ShareId = snapshot.ShareId,
                SnapshotId = snapshot.Id,
                Root = snapshot.Root,
                NotBefore = now + options.Grace,
            }
        );

    private async Task CancelAsync(ICatalogSession session, string id, string reason, Func<Operation, bool> which) =>
        await OperationEnd.CancelAllAsync(
            session,
            [.. (await session.Operations.LiveOfSnapshotAsync(id)).Where(which)],
            reason,
            time.Now()
        );

    private static async Task<ShareSnapshot> FindAsync(ICatalogSession session, Caller caller, string id) =>
        await session.FindShareSnapshotAsync(caller, id)
        ?? throw ServiceError.NotFound($"Snapshot {id} could not be found.");

    /// <summary>For the calls at which Manila does not say what it did not find.</summary>
    private static async Task<ShareSnapshot> FindQuietlyAsync(ICatalogSession session, Caller caller, string id) =>
        await session.FindShareSnapshotAsync(caller, id)
        ?? throw ServiceError.NotFound("The resource could not be found.");
}
