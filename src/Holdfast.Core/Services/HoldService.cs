using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;

namespace Holdfast.Core.Services;

/// <param name="ExpiresAt">Null: until somebody lifts it.</param>
public sealed record NewHold(string BackupId, string? Reason, DateTimeOffset? ExpiresAt);

/// <summary>Which fields to change. No end is later than any.</summary>
public sealed record HoldChange(bool SetReason, string? Reason, bool SetExpiresAt, DateTimeOffset? ExpiresAt);

/// <summary>Filters of the list, all exact; null does not filter.</summary>
public sealed record HoldQuery
{
    public string? BackupId { get; init; }

    /// <summary>Administrators only; refused to others.</summary>
    public bool AllProjects { get; init; }

    /// <summary>At least 1.</summary>
    public required int Limit { get; init; }

    /// <summary>Only what stands behind this hold in the list, whether or not it is still there.</summary>
    public (DateTimeOffset CreatedAt, string Id)? After { get; init; }
}

/// <summary>The use cases of holds: their own project's, whoever has been given the backup. Each change is in the audit trail.</summary>
public sealed class HoldService(ICatalog catalog, Policy policy, TimeProvider time, WakeSignal wake)
{
    /// <summary>Newest first, also those whose time is over.</summary>
    public async Task<RowList<Hold>> ListAsync(Caller caller, HoldQuery query, CancellationToken cancellationToken)
    {
        Require(caller, "hold:get_all");
        if (query.AllProjects)
        {
            Require(caller, "hold:get_all_project");
        }
        HoldFilter filter = new()
        {
            ProjectId = query.AllProjects ? null : caller.ProjectId,
            BackupId = query.BackupId,
        };
        RowOrder<Hold> order = new(
            new SortColumn<Hold>("created_at", row => row.CreatedAt),
            Descending: true,
            query.After is var (createdAt, id) ? new RowPlace(createdAt, id) : null
        );
        return await catalog.ReadAsync(
            session => order.PageAsync(query.Limit, page => session.Holds.ListAsync(filter, page)),
            cancellationToken
        );
    }

    public Task<Hold> GetAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "hold:get");
        return catalog.ReadAsync(session => FindAsync(session, caller, id), cancellationToken);
    }

    public Task<Hold> CreateAsync(Caller caller, NewHold request, CancellationToken cancellationToken)
    {
        Require(caller, "hold:create");
        Texts.CheckReason(request.Reason);
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                DateTimeOffset now = time.Now();
                CheckEnd(request.ExpiresAt, now);
                Backup backup =
                    await session.FindBackupAsync(caller, request.BackupId)
                    ?? throw BackupRules.NoSuchBackup(request.BackupId);
                RequireReadable(backup);
                if ((await session.Holds.OfBackupAsync(backup.Id)).Count >= Hold.MostOfBackup)
                {
                    throw ServiceError.Conflict($"A backup can have {Hold.MostOfBackup} holds, and this one has them.");
                }
                Hold hold = new()
                {
                    Id = Guid.NewGuid().ToString(),
                    BackupId = backup.Id,
                    ProjectId = backup.ProjectId,
                    UserId = caller.UserId,
                    Reason = request.Reason,
                    ExpiresAt = request.ExpiresAt,
                    CreatedAt = now,
                };
                await session.Holds.AddAsync(hold);
                await session.NoteAsync(AuditAction.CreateHold, hold, caller, now);
                await session.QueueExportAsync(hold.ProjectId, now);
                return hold;
            },
            cancellationToken
        );
    }

    /// <summary>Whoever may hold a backup may do so for longer; for less long is like lifting it.</summary>
    public Task<Hold> UpdateAsync(Caller caller, string id, HoldChange change, CancellationToken cancellationToken)
    {
        Require(caller, "hold:update");
        Texts.CheckReason(change.Reason);
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                DateTimeOffset now = time.Now();
                Hold hold = await FindAsync(session, caller, id);
                Hold changed = hold with
                {
                    Reason = change.SetReason ? change.Reason : hold.Reason,
                    ExpiresAt = change.SetExpiresAt ? change.ExpiresAt : hold.ExpiresAt,
                };
                if (changed == hold)
                {
                    return hold;
                }
                if (changed.ExpiresAt != hold.ExpiresAt)
                {
                    CheckEnd(changed.ExpiresAt, now);
                    bool shorter =
                        (changed.ExpiresAt ?? DateTimeOffset.MaxValue) < (hold.ExpiresAt ?? DateTimeOffset.MaxValue);
                    RequireLift(caller, hold, shorter, now);
                    if (!shorter)
                    {
                        RequireReadable(await session.Backups.FindAsync(hold.BackupId) ?? throw NoSuchHold(id));
                    }
                }
                changed = changed with { UpdatedAt = now };
                await session.Holds.SetAsync(changed);
                await session.NoteAsync(AuditAction.ChangeHold, changed, caller, now);
                await session.QueueExportAsync(hold.ProjectId, now);
                return changed;
            },
            cancellationToken
        );
    }

    /// <summary>Before its time is over that is an administrator's to do.</summary>
    public Task LiftAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "hold:delete");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                DateTimeOffset now = time.Now();
                Hold hold = await FindAsync(session, caller, id);
                RequireLift(caller, hold, early: true, now);
                await session.Holds.RemoveAsync(id);
                await session.NoteAsync(AuditAction.LiftHold, hold, caller, now);
                await session.QueueExportAsync(hold.ProjectId, now);
                return true;
            },
            cancellationToken
        );
    }

    /// <summary>Permission alone, for the endpoints that must refuse before they read the body.</summary>
    public void Require(Caller caller, string rule) => policy.Require(caller, rule);

    private void RequireLift(Caller caller, Hold hold, bool early, DateTimeOffset now)
    {
        if (early && hold.Holds(now) && !policy.Allows(caller, "hold:lift"))
        {
            throw ServiceError.Forbidden(
                $"The backup is held {HoldRules.Until(hold)}: only an administrator may end that earlier."
            );
        }
    }

    private static void RequireReadable(Backup backup)
    {
        if (!BackupRules.CanBeRead(backup))
        {
            throw ServiceError.Conflict(
                $"Backup {backup.Id} is '{backup.Status}': only one that is available can be held."
            );
        }
    }

    private static void CheckEnd(DateTimeOffset? end, DateTimeOffset now)
    {
        if (end <= now)
        {
            throw ServiceError.Invalid("'expires_at' must be in the future, or be left out for a hold without an end.");
        }
    }

    private static async Task<Hold> FindAsync(ICatalogSession session, Caller caller, string id) =>
        await session.Holds.FindAsync(id) is { } hold && (caller.IsAdmin || hold.ProjectId == caller.ProjectId)
            ? hold
            : throw NoSuchHold(id);

    private static ServiceError NoSuchHold(string id) => ServiceError.NotFound($"Hold {id} could not be found.");
}
