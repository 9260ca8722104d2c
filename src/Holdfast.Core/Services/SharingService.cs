using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;

namespace Holdfast.Core.Services;

/// <summary>A request to share a backup.</summary>
/// <param name="MustAccept">Whether each recipient has to accept it before it counts.</param>
/// <param name="ExpiresAt">When it ends by itself; null never.</param>
public sealed record NewSharing(
    string BackupId,
    IReadOnlyList<string> ToProjectIds,
    bool MustAccept = false,
    DateTimeOffset? ExpiresAt = null
);

/// <summary>Filters of the list and of the count; null does not filter.</summary>
public sealed record SharingQuery
{
    /// <summary>Those that the caller's project was given; else those that it gave.</summary>
    public bool Received { get; init; }

    /// <summary>Of what was received: also what is not, or not yet, accepted.</summary>
    public bool Unaccepted { get; init; }

    /// <summary>Of <see cref="SharingState"/>.</summary>
    public string? State { get; init; }
    public string? BackupId { get; init; }
    public string? SourceId { get; init; }

    /// <summary>Part of the backup's name, without case.</summary>
    public string? NamePart { get; init; }
    public string? Status { get; init; }
    public string? FromProjectId { get; init; }
    public string? ToProjectId { get; init; }
    public IReadOnlyList<string> AvailabilityZones { get; init; } = [];
    public Page Page { get; init; } = new();

    /// <summary>Only what stands behind this place of a list in the same order, whether or not its row is still there.</summary>
    public RowPlace? After { get; init; }
}

/// <param name="Next">The place of the last of these in the list as it was ordered; null when there are no rows behind it.</param>
public sealed record SharingList(IReadOnlyList<SharedBackup> Rows, RowPlace? Next);

/// <summary>
/// The use cases of sharings. What another project has given or got is not there; a sharing whose time is over is gone for
/// both sides, whether or not its row is.
/// </summary>
public sealed class SharingService(ICatalog catalog, Policy policy, TimeProvider time, WakeSignal wake)
{
    /// <summary>All of the recipients or none. One that has the backup already keeps its row.</summary>
    /// <returns>A row for each recipient, in the order of the request, each once.</returns>
    public async Task<IReadOnlyList<Sharing>> ShareAsync(
        Caller caller,
        NewSharing request,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "sharing:create");
        IReadOnlyList<string> recipients = SharingRules.Recipients(caller, request, time.Now());
        return await catalog.ChangeAsync(
            wake,
            async session =>
            {
                DateTimeOffset now = time.Now();
                Backup backup = await FindOwnAsync(session, caller, request.BackupId);
                SharingRules.CheckShare(backup);
                return await SharingRules.AddAsync(session, caller, backup, request, recipients, now);
            },
            cancellationToken
        );
    }

    /// <summary>Ends one sharing: its owner's to do.</summary>
    /// <param name="unaccepted">Whether a recipient who has not accepted it is told that it is there.</param>
    public Task CancelAsync(Caller caller, string id, bool unaccepted, CancellationToken cancellationToken)
    {
        Require(caller, "sharing:cancel");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                Sharing sharing = await FindAsync(session, caller, id, unaccepted);
                if (sharing.FromProjectId != caller.ProjectId && !caller.IsAdmin)
                {
                    throw ServiceError.Forbidden("Only the project that shared the backup may end the sharing.");
                }
                await SharingRules.EndAsync(session, sharing, AuditAction.CancelSharing, caller, time.Now());
                return true;
            },
            cancellationToken
        );
    }

    /// <summary>Ends every sharing of the caller's backup; it need not have any.</summary>
    public Task CancelAllAsync(Caller caller, string backupId, CancellationToken cancellationToken)
    {
        Require(caller, "sharing:cancel");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                Backup backup = await FindOwnAsync(session, caller, backupId, refuseRecipient: true);
                await SharingRules.EndAllAsync(session, backup, caller, time.Now());
                return true;
            },
            cancellationToken
        );
    }

    public async Task<SharingList> ListAsync(Caller caller, SharingQuery query, CancellationToken cancellationToken)
    {
        Require(caller, "sharing:get_all");
        RowOrder<SharedBackup> order = SortKeys.Sharings(query.Page);
        int limit = query.Page.Limit ?? int.MaxValue - 1;
        if (limit == 0 || FilterOf(caller, query) is not { } filter)
        {
            return new SharingList([], Next: null);
        }
        order = order with { After = query.After };
        (IReadOnlyList<SharedBackup> rows, bool more) = await catalog.ReadAsync(
            session => order.PageAsync(limit, page => session.Sharings.ListAsync(filter, page)),
            cancellationToken
        );
        RowPlace? next = more ? new RowPlace(order.Column.Value(rows[^1]), rows[^1].Id) : null;
        if (query.Received)
        {
            await catalog.NoteLooksAsync(caller, [.. rows.Select(row => row.Sharing)], time, cancellationToken);
        }
        return new SharingList([.. rows.Select(row => ShownTo(caller, row))], next);
    }

    /// <summary>How many the list has without its page.</summary>
    public async Task<long> CountAsync(Caller caller, SharingQuery query, CancellationToken cancellationToken)
    {
        Require(caller, "sharing:get_all");
        return FilterOf(caller, query) is { } filter
            ? await catalog.ReadAsync(session => session.Sharings.CountAsync(filter), cancellationToken)
            : 0;
    }

    /// <param name="unaccepted">Whether a recipient who has not accepted it may see it.</param>
    public async Task<SharedBackup> GetAsync(
        Caller caller,
        string id,
        bool unaccepted,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "sharing:get");
        SharedBackup row = await catalog.ReadAsync(
            async session =>
            {
                Sharing sharing = await FindAsync(session, caller, id, unaccepted);
                return new SharedBackup(
                    sharing,
                    (await session.Backups.FindAsync(sharing.BackupId))!,
                    (await session.Repositories.FindAsync(sharing.FromProjectId))?.RepositoryId
                );
            },
            cancellationToken
        );
        await catalog.NoteLooksAsync(caller, [row.Sharing], time, cancellationToken);
        return ShownTo(caller, row);
    }

    /// <summary>A recipient's answer to an offer; it may be changed later.</summary>
    public Task<Sharing> AnswerAsync(Caller caller, string id, bool accept, CancellationToken cancellationToken)
    {
        Require(caller, "sharing:accept");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                Sharing sharing = await FindReceivedAsync(session, caller, id);
                string state = accept ? SharingState.Accepted : SharingState.Rejected;
                if (sharing.State == state)
                {
                    return sharing;
                }
                DateTimeOffset now = time.Now();
                Sharing changed = sharing with { State = state, UpdatedAt = now };
                await session.Sharings.SetAsync(changed);
                await session.NoteAnswerAsync(changed, caller, now);
                await session.QueueExportAsync(sharing.FromProjectId, now);
                return changed;
            },
            cancellationToken
        );
    }

    /// <summary>A recipient gives the sharing back: it is over.</summary>
    public Task LeaveAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "sharing:leave");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                Sharing sharing = await FindReceivedAsync(session, caller, id);
                await SharingRules.EndAsync(session, sharing, AuditAction.LeaveSharing, caller, time.Now());
                return true;
            },
            cancellationToken
        );
    }

    /// <summary>Permission alone, for the endpoints that must refuse before they read the body.</summary>
    public void Require(Caller caller, string rule) => policy.Require(caller, rule);

    /// <returns>Null when nothing can be in it: it asks for another project's than the caller's.</returns>
    private SharingFilter? FilterOf(Caller caller, SharingQuery query)
    {
        string? own = query.Received ? query.ToProjectId : query.FromProjectId;
        return own is not null && own != caller.ProjectId
            ? null
            : new SharingFilter
            {
                FromProjectId = query.Received ? query.FromProjectId : caller.ProjectId,
                ToProjectId = query.Received ? caller.ProjectId : query.ToProjectId,
                State = query.Received && !query.Unaccepted ? SharingState.Accepted : query.State,
                BackupId = query.BackupId,
                SourceId = query.SourceId,
                NamePart = query.NamePart,
                Status = query.Status,
                AvailabilityZones = query.AvailabilityZones,
                Now = time.Now(),
            };
    }

    /// <param name="refuseRecipient">Whether a recipient, who can see the backup, is told that it is not theirs to change.</param>
    private async Task<Backup> FindOwnAsync(
        ICatalogSession session,
        Caller caller,
        string id,
        bool refuseRecipient = false
    )
    {
        Backup? backup = await session.Backups.FindAsync(id);
        if (backup is null || backup.ProjectId != caller.ProjectId)
        {
            bool given =
                refuseRecipient && await session.Sharings.FindUsableAsync(id, caller.ProjectId, time.Now()) is not null;
            throw given
                ? ServiceError.Forbidden("Only the project that shared the backup may end its sharings.")
                : ServiceError.NotFound($"Backup {id} could not be found.");
        }
        return backup;
    }

    /// <param name="unaccepted">Whether a recipient who has not accepted it may know of it.</param>
    private async Task<Sharing> FindAsync(ICatalogSession session, Caller caller, string id, bool unaccepted = true)
    {
        Sharing? sharing = await session.Sharings.FindAsync(id);
        bool there = sharing is not null && SharingRules.IsLive(sharing, time.Now());
        bool own =
            caller.IsAdmin
            || sharing?.FromProjectId == caller.ProjectId
            || (sharing?.ToProjectId == caller.ProjectId && (unaccepted || sharing.State == SharingState.Accepted));
        return there && own ? sharing! : throw NoSharing(id);
    }

    private async Task<Sharing> FindReceivedAsync(ICatalogSession session, Caller caller, string id)
    {
        Sharing sharing = await FindAsync(session, caller, id);
        return sharing.ToProjectId == caller.ProjectId
            ? sharing
            : throw ServiceError.Forbidden("Only the project that was given the backup may answer or leave.");
    }

    /// <summary>Without the owner's matters where the caller was given it.</summary>
    private static SharedBackup ShownTo(Caller caller, SharedBackup row) =>
        row with
        {
            Backup = row.Backup.ShownTo(caller),
        };

    private static ServiceError NoSharing(string id) => ServiceError.NotFound($"Sharing {id} could not be found.");
}
