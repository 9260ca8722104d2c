using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Services;
using Microsoft.Extensions.Logging;

namespace Holdfast.Core.Scheduling;

/// <summary>
/// Asks for the backups that are due, and lets go those that no rule keeps. A schedule that missed several times asks
/// once; one whose share is at work waits, and what falls due meanwhile is the same backup. Each in a transaction of its
/// own, which looks at the schedule again: whoever dies in between has asked, or has not.
/// </summary>
public sealed class ScheduledBackups(
    ICatalog catalog,
    CoreOptions options,
    TimeProvider time,
    WakeSignal wake,
    ILogger<ScheduledBackups> logger
)
{
    /// <summary>What one round looks at; the next goes on.</summary>
    internal const int AtOnce = 200;

    /// <summary>Backups that one transaction lets go; the next round goes on.</summary>
    internal const int DeletedAtOnce = 100;

    /// <summary>Until a share that was at work is looked at again, or a quota that was used up.</summary>
    private static readonly TimeSpan ShortestRest = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(10);

    /// <summary>What was shared, held or at work may be so no longer.</summary>
    private static readonly TimeSpan RetainEvery = TimeSpan.FromHours(6);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        bool asked = false;
        IReadOnlyList<Schedule> due = await catalog.ReadAsync(
            session => session.Schedules.DueAsync(time.Now(), AtOnce),
            cancellationToken
        );
        foreach (Schedule schedule in due)
        {
            asked |= await AskAsync(schedule.Id, cancellationToken);
        }
        IReadOnlyList<Schedule> toRetain = await catalog.ReadAsync(
            session => session.Schedules.ToRetainAsync(time.Now(), AtOnce),
            cancellationToken
        );
        foreach (Schedule schedule in toRetain)
        {
            asked |= await RetainAsync(schedule.Id, cancellationToken);
        }
        if (asked)
        {
            wake.Wake();
        }
    }

    /// <returns>Whether a backup was asked for.</returns>
    private Task<bool> AskAsync(string id, CancellationToken cancellationToken) =>
        TryAsync(
            id,
            async session =>
            {
                DateTimeOffset now = time.Now();
                if (await session.Schedules.FindAsync(id) is not { } schedule || !(schedule.LookAt <= now))
                {
                    return false;
                }
                await RequireProjectAsync(session, schedule);
                Backup backup = await QueueAsync(session, schedule, now);
                DateTimeOffset? next = ScheduleRules.NextAfter(schedule, now);
                await session.Schedules.SetAsync(
                    schedule with
                    {
                        NextAt = next,
                        LookAt = next,
                        LastAt = now,
                        LastBackupId = backup.Id,
                        Problem = null,
                    }
                );
                return true;
            },
            (schedule, now) => schedule with { LookAt = now + Rest(schedule) },
            cancellationToken
        );

    /// <summary>
    /// The work on one schedule. What a tenant has written into it must not stop the others: whatever goes wrong is said on it, and
    /// it waits.
    /// </summary>
    /// <param name="later">When it is looked at again.</param>
    private async Task<bool> TryAsync(
        string id,
        Func<ICatalogSession, Task<bool>> work,
        Func<Schedule, DateTimeOffset, Schedule> later,
        CancellationToken cancellationToken
    )
    {
        string problem;
        try
        {
            return await catalog.WriteAsync(work, cancellationToken);
        }
        catch (ServiceError error) when (!error.IsOutage && error.Kind != ServiceErrorKind.Unavailable)
        {
            problem = error.Message;
        }
        catch (Exception fault) when (fault is not (ServiceError or OperationCanceledException))
        {
            Log.ScheduleFaulted(logger, id, fault);
            problem = "The service is at fault; its log says why.";
        }
        bool news = await catalog.WriteAsync(
            async session =>
            {
                if (await session.Schedules.FindAsync(id) is not { Enabled: true } schedule)
                {
                    return false;
                }
                await session.Schedules.SetAsync(later(schedule, time.Now()) with { Problem = problem });
                return schedule.Problem != problem;
            },
            cancellationToken
        );
        if (news)
        {
            Log.ScheduleWaits(logger, id, problem);
        }
        return false;
    }

    /// <summary>Of a disabled project nothing is made and nothing goes. Projects of Keystone are not known here.</summary>
    private static async Task RequireProjectAsync(ICatalogSession session, Schedule schedule)
    {
        if (await session.Projects.FindAsync(schedule.ProjectId) is { Enabled: false })
        {
            throw ServiceError.Conflict("The project is disabled.");
        }
    }

    /// <summary>The longer it has waited, the longer until the next look.</summary>
    private static TimeSpan Rest(Schedule schedule)
    {
        TimeSpan tenth = (schedule.LookAt - schedule.NextAt ?? TimeSpan.Zero) / 10;
        return tenth < ShortestRest ? ShortestRest
            : tenth > LongestRest ? LongestRest
            : tenth;
    }

    private async Task<Backup> QueueAsync(ICatalogSession session, Schedule schedule, DateTimeOffset now)
    {
        Caller caller = new(
            schedule.ProjectId,
            schedule.UserId,
            new HashSet<string>(BaseRoles.WithImplied([BaseRoles.Member]), StringComparer.Ordinal),
            RequestId: ""
        );
        if (schedule.ShareId is { } id)
        {
            // Manila's plain way is for shares of NFS; a backup with options is of any.
            bool plain = await session.Shares.FindAsync(id) is null or { Protocol: "NFS" };
            NewBackup request = new(id, schedule.Name, Description: null, plain ? null : "{}", BackupType: null);
            return await BackupService.QueueAsync(session, caller, request, options, now, schedule);
        }
        NewVolumeBackup ofVolume = new(schedule.VolumeId!, schedule.Name, Description: null);
        return (await VolumeBackupService.QueueAsync(session, caller, ofVolume, options, now, schedule)).Backup;
    }

    /// <returns>Whether a backup goes.</returns>
    private Task<bool> RetainAsync(string id, CancellationToken cancellationToken) =>
        TryAsync(
            id,
            async session =>
            {
                DateTimeOffset now = time.Now();
                if (await session.Schedules.FindAsync(id) is not { } schedule || !(schedule.RetainAt <= now))
                {
                    return false;
                }
                if (!schedule.Enabled)
                {
                    await session.Schedules.RetainAtAsync(id, when: null);
                    return false;
                }
                await RequireProjectAsync(session, schedule);
                IReadOnlyList<RetainedBackup> plan = await RetentionPlan.MakeAsync(session, schedule, now);
                RetainedBackup[] going = [.. plan.Where(one => one.Goes).Take(DeletedAtOnce)];
                foreach (RetainedBackup one in going)
                {
                    // Those that were rejected, or whose time is over.
                    await SharingRules.EndAllAsync(session, one.Backup, caller: null, now);
                    await session.QueueDeleteAsync(
                        one.Backup,
                        NewOperation.Of(OperationKind.DeleteBackup, schedule.ProjectId, now)
                    );
                    await session.NoteExpiryAsync(one.Backup, schedule, one.Reasons[0], now);
                }
                bool more = going.Length == DeletedAtOnce;
                await session.Schedules.RetainAtAsync(id, more ? now : now + RetainEvery);
                return going.Length > 0;
            },
            (schedule, now) => schedule with { RetainAt = now + RetainEvery },
            cancellationToken
        );
}
