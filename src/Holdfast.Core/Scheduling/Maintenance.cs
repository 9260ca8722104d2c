using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Services;
using Holdfast.Core.Workers;

namespace Holdfast.Core.Scheduling;

/// <summary>
/// Queues prune, reap, verifications, restore drills, and the removal of shares whose time in the recycle bin is over; ends sharings whose time is over, and
/// tells webhooks which shares are overdue.
/// A row that runs out says when each is due again: it is taken in the transaction that queues, so that nothing is queued
/// twice, whoever schedules.
/// </summary>
public sealed class Maintenance(
    ICatalog catalog,
    OperationQueue queue,
    OverdueSources overdue,
    CoreOptions options,
    TimeProvider time,
    WakeSignal wake
)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Daily = TimeSpan.FromDays(1);
    private static readonly TimeSpan Hourly = TimeSpan.FromHours(1);

    // Of many shares that are due together each hour has some.
    private const int DrillsAtOnce = 20;

    // Sharings that are ended in one transaction: others wait no longer for it than for any.
    internal const int SharingsAtOnce = 200;

    public async Task QueueDueAsync(CancellationToken cancellationToken)
    {
        bool queued = await catalog.WriteAsync(
            async session =>
            {
                DateTimeOffset now = time.Now();
                return await DueAsync(session, "maintenance", LookEvery, now) && await QueueAsync(session, now);
            },
            cancellationToken
        );
        if (queued)
        {
            await EndSharingsAsync(cancellationToken);
            await QueueDrillsAsync(cancellationToken);
            await overdue.TellAsync(cancellationToken);
            wake.Wake();
        }
    }

    /// <summary>Ends the sharings whose time is over.</summary>
    private async Task EndSharingsAsync(CancellationToken cancellationToken)
    {
        int ended;
        do
        {
            ended = await catalog.WriteAsync(
                async session =>
                {
                    DateTimeOffset now = time.Now();
                    IReadOnlyList<Sharing> over = await session.Sharings.ExpiredAsync(now, SharingsAtOnce);
                    foreach (Sharing sharing in over)
                    {
                        await SharingRules.EndAsync(session, sharing, AuditAction.SharingExpired, caller: null, now);
                    }
                    return over.Count;
                },
                cancellationToken
            );
        } while (ended == SharingsAtOnce);
    }

    private async Task<bool> QueueAsync(ICatalogSession session, DateTimeOffset now)
    {
        if (await DueAsync(session, "reap", Daily, now))
        {
            await AddAsync(session, NewOperation.Of(OperationKind.Reap, "", now));
        }
        foreach (Share share in await session.Shares.ExpiredAsync(now))
        {
            await session.QueueDeleteAsync(share, caller: null, now);
        }
        // What workers say, not the disk: a root that hangs must not hold the catalog.
        foreach (string root in await NodePresence.AnnouncedRootsAsync(session, now, queue.Lease))
        {
            if (await DueAsync(session, "reap:root:" + root, Daily, now))
            {
                await AddAsync(session, NewOperation.Of(OperationKind.Reap, "", now) with { Root = root });
            }
        }
        foreach (ProjectRepository repository in await session.Repositories.ListAsync())
        {
            string project = repository.ProjectId;
            if (await DueAsync(session, "reap:project:" + project, Daily, now))
            {
                await AddAsync(session, NewOperation.Of(OperationKind.Reap, project, now));
            }
            if (options.VerifyPeriod > TimeSpan.Zero && await DueAsync(session, "verify:" + project, Verify.Every, now))
            {
                await AddAsync(session, NewOperation.Of(OperationKind.Verify, project, now));
            }
            bool worthALook =
                repository.FreedSnapshots > 0
                || now - (repository.PrunedAt ?? repository.CreatedAt) >= Prune.AtLeastEvery;
            if (worthALook && await DueAsync(session, "prune:" + project, Daily, now))
            {
                await AddAsync(session, NewOperation.Of(OperationKind.Prune, project, now));
            }
        }
        return true;
    }

    private async Task QueueDrillsAsync(CancellationToken cancellationToken)
    {
        if (
            options.DrillEvery <= TimeSpan.Zero
            || !await catalog.WriteAsync(s => DueAsync(s, "drills", Hourly, time.Now()), cancellationToken)
        )
        {
            return;
        }
        DateTimeOffset since = time.Now() - options.DrillEvery;
        // A look at every share and volume: it holds up no writer.
        IReadOnlyList<string> due = await catalog.ReadAsync(
            session => session.Drills.DueAsync(since, DrillsAtOnce),
            cancellationToken
        );
        await catalog.WriteAsync(
            async session =>
            {
                DateTimeOffset now = time.Now();
                await session.Drills.RemoveBeforeAsync(now - RestoreDrill.Remembered);
                foreach (string id in due)
                {
                    if (
                        await session.Backups.FindAsync(id)
                            is { SnapshotId: not null, Status: BackupStatus.Available, Damage: null } backup
                        && !await session.Drills.AnySinceAsync(backup, since)
                    )
                    {
                        await session.QueueDrillAsync(backup, caller: null, now);
                    }
                }
            },
            cancellationToken
        );
    }

    /// <summary>One at a time: where a root or a store stays away, they must not pile up.</summary>
    private static Task AddAsync(ICatalogSession session, Operation one) =>
        session.QueueOnceAsync(one, unlessRunning: true);

    // A holder that nobody is twice: the row can only be taken once it has run out.
    private static Task<bool> DueAsync(ICatalogSession session, string name, TimeSpan every, DateTimeOffset now) =>
        session.Leases.TryTakeAsync(name, Guid.NewGuid().ToString(), now, every);
}
