using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>How well a share is backed up, in the order in which people have to look at it.</summary>
public static class ProtectionState
{
    /// <summary>The last backup failed, is damaged, or could not be asked for.</summary>
    public const string Failing = "failing";

    /// <summary>A schedule says that there should be a newer backup.</summary>
    public const string Overdue = "overdue";

    /// <summary>It has no good backup, and no schedule that was due yet.</summary>
    public const string Unprotected = "unprotected";

    /// <summary>It has a good backup, and every schedule has what it wants.</summary>
    public const string Protected = "protected";
}

/// <summary>What the caller's project has of a share's backups.</summary>
/// <param name="State">Of <see cref="ProtectionState"/>.</param>
/// <param name="Problem">Why it is failing or overdue; null when it is neither.</param>
/// <param name="LastGood">The newest good backup: the share as it was when that was captured is what can be had.</param>
/// <param name="LastProvenAt">When that was proven; null when it was not yet.</param>
/// <param name="NextAt">When the next backup is due; null without a schedule.</param>
/// <param name="LastDrill">The last that was not skipped.</param>
public sealed record ProtectedShare(
    Share Share,
    string State,
    string? Problem,
    Backup? LastGood,
    DateTimeOffset? LastProvenAt,
    DateTimeOffset? NextAt,
    Drill? LastDrill
);

/// <summary>Shares as whoever protects them looks at them. What is done with them is <see cref="ShareService"/>'s.</summary>
public sealed class ProtectionService(ICatalog catalog, Policy policy, TimeProvider time)
{
    /// <summary>The project's own shares, newest first.</summary>
    /// <param name="after">Only what stands behind this share in the list, whether or not it is still there.</param>
    public async Task<RowList<ProtectedShare>> ListAsync(
        Caller caller,
        int limit,
        (DateTimeOffset CreatedAt, string Id)? after,
        CancellationToken cancellationToken
    )
    {
        policy.Require(caller, "share:get_all");
        policy.Require(caller, "share_backup:get_all");
        RowOrder<Share> order = new(
            new SortColumn<Share>("created_at", row => row.CreatedAt),
            Descending: true,
            after is var (createdAt, id) ? new RowPlace(createdAt, id) : null
        );
        ShareFilter filter = new() { ProjectId = caller.ProjectId };
        return await catalog.ReadAsync(
            async session =>
            {
                RowList<Share> shares = await order.PageAsync(limit, page => session.Shares.ListAsync(filter, page));
                List<ProtectedShare> rows = [];
                foreach (Share share in shares.Rows)
                {
                    rows.Add(await LookAsync(session, caller.ProjectId, share));
                }
                return new RowList<ProtectedShare>(rows, shares.More);
            },
            cancellationToken
        );
    }

    public Task<ProtectedShare> GetAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        policy.Require(caller, "share:get");
        policy.Require(caller, "share_backup:get_all");
        return catalog.ReadAsync(
            async session =>
            {
                Share share =
                    await session.FindShareAsync(caller, id)
                    ?? throw ServiceError.NotFound($"No share exists with ID {id}.");
                // An administrator who looks at another project's share sees what that project has of it.
                return await LookAsync(session, caller.IsAdmin ? share.ProjectId : caller.ProjectId, share);
            },
            cancellationToken
        );
    }

    private async Task<ProtectedShare> LookAsync(ICatalogSession session, string project, Share share)
    {
        DateTimeOffset now = time.Now();
        Backup? newest = await session.Backups.NewestEndedAsync(project, share.Id);
        Backup? good = newest is { SnapshotId: not null, Damage: null }
            ? newest
            : await session.Backups.NewestGoodAsync(project, share.Id, ofVolume: false);
        RowOrder<Schedule> order = new(
            new SortColumn<Schedule>("created_at", row => row.CreatedAt),
            Descending: false,
            Limit: Schedule.MostOfSource
        );
        Schedule[] schedules =
        [
            .. (await session.Schedules.ListAsync(new() { ProjectId = project, ShareId = share.Id }, order)).Where(
                schedule => schedule.Enabled
            ),
        ];
        (string state, string? problem) = StateOf(newest, good, schedules, now);
        return new ProtectedShare(
            share,
            state,
            problem,
            good,
            good is null ? null : ProofRules.ProvenAt(good, await session.Repositories.FindAsync(project)),
            schedules.Min(schedule => schedule.NextAt),
            await session.Drills.LastOfShareAsync(project, share.Id)
        );
    }

    private static (string State, string? Problem) StateOf(
        Backup? newest,
        Backup? good,
        IReadOnlyList<Schedule> schedules,
        DateTimeOffset now
    )
    {
        if (newest?.Status == BackupStatus.Error)
        {
            return (ProtectionState.Failing, newest.FailReason ?? "The last backup failed.");
        }
        if (newest?.Damage is { } damage)
        {
            return (ProtectionState.Failing, damage);
        }
        if (
            schedules.FirstOrDefault(one => ScheduleRules.IsOverdue(one, good?.DataAt ?? good?.CreatedAt, now)) is
            { } late
        )
        {
            return late.Problem is null
                ? (ProtectionState.Overdue, "A backup that was due has not come.")
                : (ProtectionState.Failing, late.Problem);
        }
        return (good is null ? ProtectionState.Unprotected : ProtectionState.Protected, null);
    }
}
