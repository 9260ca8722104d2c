using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>How well a source is protected, and how that was shown.</summary>
/// <param name="LastProvenAt">When the newest good backup was proven; null when it was not yet.</param>
/// <param name="LastDrill">The last of any backup of the source that was not skipped.</param>
public sealed record ProvenProtection(Protection Protection, DateTimeOffset? LastProvenAt, Drill? LastDrill);

/// <param name="Proven">What the caller's project has of its backups.</param>
public sealed record ProtectedShare(Share Share, ProvenProtection Proven);

/// <param name="Proven">What its project has of its backups; null to whoever may not see these.</param>
public sealed record ProtectedVolume(Volume Volume, ProvenProtection? Proven);

/// <summary>What a project's readers see at a glance.</summary>
/// <param name="Counts">Shares and volumes in each state of <see cref="ProtectionState"/>.</param>
/// <param name="Unwell">Those that need attention: the worst first, and not all where there are many.</param>
/// <param name="Days">Of backups, from the earliest to today, UTC, each once.</param>
/// <param name="Repository">What its backups take; null before the first.</param>
/// <param name="WithVolumes">Whether volumes are among them: the reader may see these.</param>
public sealed record ProtectionOverview(
    IReadOnlyDictionary<string, long> Counts,
    IReadOnlyList<Protection> Unwell,
    IReadOnlyList<BackupDay> Days,
    ProjectRepository? Repository,
    bool WithVolumes
)
{
    public long Sources => Counts.Values.Sum();

    /// <param name="state">Of <see cref="ProtectionState"/>.</param>
    public long In(string state) => Counts.GetValueOrDefault(state);
}

/// <summary>Shares and volumes as whoever protects them looks at them. What is done with them is <see cref="ShareService"/>'s and <see cref="VolumeService"/>'s.</summary>
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
    public async Task<IReadOnlyDictionary<string, Protection>> OfSharesAsync(
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
        ).ToDictionary(share => share.SourceId);
    }

    /// <summary>The same volumes, each with what its own project has of it.</summary>
    /// <param name="volumes">Ones that the caller sees.</param>
    public Task<IReadOnlyList<ProtectedVolume>> OfVolumesAsync(
        Caller caller,
        IReadOnlyList<Volume> volumes,
        CancellationToken cancellationToken
    )
    {
        if (!policy.Allows(caller, "volume_backup:get_all"))
        {
            return Task.FromResult<IReadOnlyList<ProtectedVolume>>([
                .. volumes.Select(one => new ProtectedVolume(one, null)),
            ]);
        }
        return catalog.ReadAsync<IReadOnlyList<ProtectedVolume>>(
            async session =>
            {
                Dictionary<string, ProvenProtection> proven = [];
                foreach (IGrouping<string, Volume> ofProject in volumes.GroupBy(volume => volume.ProjectId))
                {
                    ProtectionRows rows = session.Protection(ofProject.Key, time.Now());
                    string[] ids = [.. ofProject.Select(volume => volume.Id)];
                    await ProveAsync(session, ofProject.Key, await rows.OfVolumesAsync(ids), proven);
                }
                return [.. volumes.Select(volume => new ProtectedVolume(volume, proven[volume.Id]))];
            },
            cancellationToken
        );
    }

    /// <summary>Of shares, and of volumes too where the caller may see these.</summary>
    public Task<ProtectionOverview> OverviewAsync(Caller caller, CancellationToken cancellationToken)
    {
        policy.Require(caller, "share:get_all");
        policy.Require(caller, "share_backup:get_all");
        bool volumes = policy.Allows(caller, "volume:get_all") && policy.Allows(caller, "volume_backup:get_all");
        DateTimeOffset now = time.Now();
        long first = (long)(now - DateTimeOffset.UnixEpoch).TotalDays - DaysShown + 1;
        return catalog.ReadAsync(
            async session =>
            {
                ProtectionRows rows = session.Protection(caller.ProjectId, now);
                Dictionary<long, BackupDay> made = (
                    await rows.DaysAsync(DateTimeOffset.UnixEpoch.AddDays(first), volumes)
                ).ToDictionary(day => day.Day);
                return new ProtectionOverview(
                    (await rows.CountAsync(volumes)).ToDictionary(count => count.State, count => count.Sources),
                    await rows.UnwellAsync(MostUnwell, volumes),
                    [
                        .. Enumerable
                            .Range(0, DaysShown)
                            .Select(day => made.GetValueOrDefault(first + day) ?? new BackupDay { Day = first + day }),
                    ],
                    await session.Repositories.FindAsync(caller.ProjectId),
                    volumes
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
        ProtectionRows rows = session.Protection(project, time.Now());
        Dictionary<string, ProvenProtection> proven = [];
        await ProveAsync(session, project, await rows.OfSharesAsync([.. shares.Select(share => share.Id)]), proven);
        return [.. shares.Select(share => new ProtectedShare(share, proven[share.Id]))];
    }

    /// <param name="to">By the source's id.</param>
    private static async Task ProveAsync(
        ICatalogSession session,
        string project,
        IReadOnlyList<Protection> found,
        Dictionary<string, ProvenProtection> to
    )
    {
        Dictionary<string, Backup> good = (
            await session.Backups.OfIdsAsync([.. found.Select(one => one.GoodBackupId).OfType<string>()])
        ).ToDictionary(backup => backup.Id);
        ProjectRepository? repository = await session.Repositories.FindAsync(project);
        foreach (Protection one in found)
        {
            to[one.SourceId] = new ProvenProtection(
                one,
                one.GoodBackupId is { } id ? ProofRules.ProvenAt(good[id], repository) : null,
                await session.Drills.LastOfAsync(project, one.SourceId, one.OfVolume)
            );
        }
    }
}
