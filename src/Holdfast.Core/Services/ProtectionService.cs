using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>What the caller's project has of a share's backups.</summary>
/// <param name="LastProvenAt">When the newest good backup was proven; null when it was not yet.</param>
/// <param name="LastDrill">The last of any backup of the share that was not skipped.</param>
public sealed record ProtectedShare(
    Share Share,
    ShareProtection Protection,
    DateTimeOffset? LastProvenAt,
    Drill? LastDrill
);

/// <summary>What a project's readers see at a glance.</summary>
/// <param name="Counts">Shares in each state of <see cref="ProtectionState"/>.</param>
/// <param name="Unwell">Shares that need attention: the worst first, and not all where there are many.</param>
/// <param name="Days">Of backups, from the earliest to today, UTC, each once.</param>
/// <param name="Repository">What its backups take; null before the first.</param>
public sealed record ProtectionOverview(
    IReadOnlyDictionary<string, long> Counts,
    IReadOnlyList<ShareProtection> Unwell,
    IReadOnlyList<BackupDay> Days,
    ProjectRepository? Repository
)
{
    public long Shares => Counts.Values.Sum();

    /// <param name="state">Of <see cref="ProtectionState"/>.</param>
    public long In(string state) => Counts.GetValueOrDefault(state);
}

/// <summary>Shares as whoever protects them looks at them. What is done with them is <see cref="ShareService"/>'s.</summary>
public sealed class ProtectionService(ICatalog catalog, Policy policy, TimeProvider time)
{
    private const int DaysShown = 30;
    private const int MostUnwell = 20;

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
                return new RowList<ProtectedShare>(
                    await LookAsync(session, caller.ProjectId, shares.Rows),
                    shares.More
                );
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
                string project = caller.IsAdmin ? share.ProjectId : caller.ProjectId;
                return (await LookAsync(session, project, [share]))[0];
            },
            cancellationToken
        );
    }

    /// <summary>What the caller's project has of each, by the share's id.</summary>
    public async Task<IReadOnlyDictionary<string, ShareProtection>> OfSharesAsync(
        Caller caller,
        IReadOnlyList<string> ids,
        CancellationToken cancellationToken
    )
    {
        policy.Require(caller, "share_backup:get_all");
        return (
            await catalog.ReadAsync(
                session => session.Protection(caller.ProjectId, time.Now()).OfSharesAsync(ids),
                cancellationToken
            )
        ).ToDictionary(share => share.ShareId);
    }

    public Task<ProtectionOverview> OverviewAsync(Caller caller, CancellationToken cancellationToken)
    {
        policy.Require(caller, "share:get_all");
        policy.Require(caller, "share_backup:get_all");
        DateTimeOffset now = time.Now();
        long first = (long)(now - DateTimeOffset.UnixEpoch).TotalDays - DaysShown + 1;
        return catalog.ReadAsync(
            async session =>
            {
                ProtectionRows rows = session.Protection(caller.ProjectId, now);
                Dictionary<long, BackupDay> made = (
                    await rows.DaysAsync(DateTimeOffset.UnixEpoch.AddDays(first))
                ).ToDictionary(day => day.Day);
                return new ProtectionOverview(
                    (await rows.CountAsync()).ToDictionary(count => count.State, count => count.Shares),
                    await rows.UnwellAsync(MostUnwell),
                    [
                        .. Enumerable
                            .Range(0, DaysShown)
                            .Select(day => made.GetValueOrDefault(first + day) ?? new BackupDay { Day = first + day }),
                    ],
                    await session.Repositories.FindAsync(caller.ProjectId)
                );
            },
            cancellationToken
        );
    }

    private async Task<IReadOnlyList<ProtectedShare>> LookAsync(
        ICatalogSession session,
        string project,
        IReadOnlyList<Share> shares
    )
    {
        if (shares.Count == 0)
        {
            return [];
        }
        Dictionary<string, ShareProtection> found = (
            await session.Protection(project, time.Now()).OfSharesAsync([.. shares.Select(share => share.Id)])
        ).ToDictionary(one => one.ShareId);
        Dictionary<string, Backup> good = (
            await session.Backups.OfIdsAsync([.. found.Values.Select(one => one.GoodBackupId).OfType<string>()])
        ).ToDictionary(backup => backup.Id);
        ProjectRepository? repository = await session.Repositories.FindAsync(project);
        List<ProtectedShare> rows = [];
        foreach (Share share in shares)
        {
            ShareProtection protection = found[share.Id];
            rows.Add(
                new ProtectedShare(
                    share,
                    protection,
                    protection.GoodBackupId is { } id ? ProofRules.ProvenAt(good[id], repository) : null,
                    await session.Drills.LastOfShareAsync(project, share.Id)
                )
            );
        }
        return rows;
    }
}
