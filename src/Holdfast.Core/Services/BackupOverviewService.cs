using Holdfast.Core.Access;
using Holdfast.Core.Catalog;

namespace Holdfast.Core.Services;

/// <summary>What a project's readers see at a glance.</summary>
/// <param name="Unwell">Shares that need attention: the worst first, and not all where there are many.</param>
/// <param name="Days">From the earliest to today, UTC, each once.</param>
public sealed record BackupOverview(
    ProtectionCounts Counts,
    IReadOnlyList<ShareProtection> Unwell,
    IReadOnlyList<BackupDay> Days
)
{
    public long Overdue => Counts.Shares - Counts.Protected;
}

/// <summary>The use cases of how well a project's shares are kept.</summary>
public sealed class BackupOverviewService(ICatalog catalog, Policy policy, TimeProvider time)
{
    /// <summary>A share without a backup that is younger is overdue.</summary>
    public static readonly TimeSpan Recent = TimeSpan.FromDays(7);

    private const int DaysShown = 30;
    private const int MostUnwell = 20;

    public Task<BackupOverview> OverviewAsync(Caller caller, CancellationToken cancellationToken)
    {
        Require(caller);
        DateTimeOffset now = time.GetUtcNow();
        long today = DayOf(now);
        return catalog.ReadAsync(
            async session =>
            {
                ProtectionCounts counts = await session.Protection.CountAsync(caller.ProjectId, now - Recent);
                IReadOnlyList<ShareProtection> unwell = await session.Protection.UnwellAsync(
                    caller.ProjectId,
                    now - Recent,
                    MostUnwell
                );
                DateTimeOffset first = DateTimeOffset.UnixEpoch.AddDays(today - DaysShown + 1);
                Dictionary<long, BackupDay> made = (
                    await session.Protection.DaysAsync(caller.ProjectId, first)
                ).ToDictionary(day => day.Day);
                return new BackupOverview(
                    counts,
                    unwell,
                    [
                        .. Enumerable
                            .Range(0, DaysShown)
                            .Select(back => today - DaysShown + 1 + back)
                            .Select(day => made.GetValueOrDefault(day) ?? new BackupDay { Day = day }),
                    ]
                );
            },
            cancellationToken
        );
    }

    /// <summary>By the share's id.</summary>
    public async Task<IReadOnlyDictionary<string, ShareProtection>> OfSharesAsync(
        Caller caller,
        IReadOnlyList<string> ids,
        CancellationToken cancellationToken
    )
    {
        Require(caller);
        return (
            await catalog.ReadAsync(
                session => session.Protection.OfSharesAsync(caller.ProjectId, ids),
                cancellationToken
            )
        ).ToDictionary(share => share.ShareId);
    }

    /// <summary>Whether a backup of that time protects a share now.</summary>
    public bool IsRecent(DateTimeOffset? protectedAt) => protectedAt >= time.GetUtcNow() - Recent;

    private void Require(Caller caller)
    {
        policy.Require(caller, "share:get_all");
        policy.Require(caller, "share_backup:get_all");
    }

    private static long DayOf(DateTimeOffset time) => (long)(time - DateTimeOffset.UnixEpoch).TotalDays;
}
