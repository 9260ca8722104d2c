using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;

namespace Holdfast.Core.Services;

/// <summary>A request for a schedule: of a share or of a volume, not of both.</summary>
public sealed record NewSchedule(
    string? ShareId,
    string? VolumeId,
    string? Name,
    string Cron,
    string TimeZone,
    bool Enabled,
    Retention Retention
);

/// <summary>Which fields to change; null leaves one as it is, but the name, which a change to null clears.</summary>
public sealed record ScheduleChange(
    bool SetName,
    string? Name,
    string? Cron,
    string? TimeZone,
    bool? Enabled,
    Retention? Retention
);

/// <summary>Filters of the list, all exact; null does not filter.</summary>
public sealed record ScheduleQuery
{
    public string? ShareId { get; init; }
    public string? VolumeId { get; init; }

    /// <summary>Administrators only; refused to others.</summary>
    public bool AllProjects { get; init; }

    /// <summary>At least 1.</summary>
    public required int Limit { get; init; }

    /// <summary>Only what stands behind this schedule in the list, whether or not it is still there.</summary>
    public (DateTimeOffset CreatedAt, string Id)? After { get; init; }
}

/// <summary>What a schedule would do.</summary>
/// <param name="NextTimes">When it is due next, if it is enabled.</param>
/// <param name="Backups">Those it has asked for, newest first, and what would become of each now.</param>
public sealed record SchedulePreview(IReadOnlyList<DateTimeOffset> NextTimes, IReadOnlyList<RetainedBackup> Backups);

/// <summary>The use cases of schedules. What they ask for is <see cref="Scheduling.ScheduledBackups"/>' to do.</summary>
public sealed class ScheduleService(ICatalog catalog, Policy policy, TimeProvider time, WakeSignal wake)
{
    private const int TimesShown = 5;

    /// <summary>Newest first.</summary>
    public async Task<RowList<Schedule>> ListAsync(
        Caller caller,
        ScheduleQuery query,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "schedule:get_all");
        if (query.AllProjects)
        {
            Require(caller, "schedule:get_all_project");
        }
        ScheduleFilter filter = new()
        {
            ProjectId = query.AllProjects ? null : caller.ProjectId,
            ShareId = query.ShareId,
            VolumeId = query.VolumeId,
        };
        RowOrder<Schedule> order = new(
            new SortColumn<Schedule>("created_at", row => row.CreatedAt),
            Descending: true,
            query.After is var (createdAt, id) ? new RowPlace(createdAt, id) : null
        );
        return await catalog.ReadAsync(
            session => order.PageAsync(query.Limit, page => session.Schedules.ListAsync(filter, page)),
            cancellationToken
        );
    }

    public Task<Schedule> GetAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "schedule:get");
        return catalog.ReadAsync(session => FindAsync(session, caller, id), cancellationToken);
    }

    public Task<Schedule> CreateAsync(Caller caller, NewSchedule request, CancellationToken cancellationToken)
    {
        Require(caller, "schedule:create");
        if ((request.ShareId is null) == (request.VolumeId is null))
        {
            throw ServiceError.Invalid("Name either 'share_id' or 'volume_id': what is to be backed up.");
        }
        Require(caller, request.ShareId is null ? "volume_backup:create" : "share_backup:create");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                DateTimeOffset now = time.Now();
                Schedule schedule = new()
                {
                    Id = Guid.NewGuid().ToString(),
                    ProjectId = caller.ProjectId,
                    UserId = caller.UserId,
                    Name = request.Name,
                    ShareId = request.ShareId,
                    VolumeId = request.VolumeId,
                    Cron = request.Cron,
                    TimeZone = request.TimeZone,
                    Enabled = request.Enabled,
                    Retention = request.Retention,
                    CreatedAt = now,
                };
                ScheduleRules.Check(schedule, now);
                await CheckSourceAsync(session, schedule);
                schedule = Planned(schedule, now);
                await session.Schedules.AddAsync(schedule);
                await session.QueueExportAsync(schedule.ProjectId, now);
                return schedule;
            },
            cancellationToken
        );
    }

    public Task<Schedule> UpdateAsync(
        Caller caller,
        string id,
        ScheduleChange change,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "schedule:update");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                DateTimeOffset now = time.Now();
                Schedule schedule = await FindAsync(session, caller, id);
                Schedule changed = schedule with
                {
                    Name = change.SetName ? change.Name : schedule.Name,
                    Cron = change.Cron ?? schedule.Cron,
                    TimeZone = change.TimeZone ?? schedule.TimeZone,
                    Enabled = change.Enabled ?? schedule.Enabled,
                    Retention = change.Retention ?? schedule.Retention,
                };
                if (changed == schedule)
                {
                    return schedule;
                }
                // One that this node knows the time zone of no more can be turned off.
                if (changed.Enabled || !schedule.Enabled)
                {
                    ScheduleRules.Check(changed, now);
                }
                bool otherTimes =
                    (changed.Cron, changed.TimeZone, changed.Enabled)
                    != (schedule.Cron, schedule.TimeZone, schedule.Enabled);
                changed = (otherTimes ? Planned(changed, now) : changed) with
                {
                    RetainAt = changed.Enabled ? now : null,
                    UpdatedAt = now,
                };
                await session.Schedules.SetAsync(changed);
                await session.QueueExportAsync(schedule.ProjectId, now);
                return changed;
            },
            cancellationToken
        );
    }

    /// <summary>Its backups stay, and no rule looks at them any more.</summary>
    public Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "schedule:delete");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                Schedule schedule = await FindAsync(session, caller, id);
                await session.Schedules.RemoveAsync(id);
                await session.QueueExportAsync(schedule.ProjectId, time.Now());
                return true;
            },
            cancellationToken
        );
    }

    /// <param name="retention">Another than it has: nothing is changed by asking.</param>
    public Task<SchedulePreview> PreviewAsync(
        Caller caller,
        string id,
        Retention? retention,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "schedule:get");
        return catalog.ReadAsync(
            async session =>
            {
                DateTimeOffset now = time.Now();
                Schedule schedule = await FindAsync(session, caller, id);
                schedule = schedule with { Retention = retention ?? schedule.Retention };
                return new SchedulePreview(
                    schedule.Enabled ? ScheduleRules.NextTimes(schedule, now, TimesShown) : [],
                    await RetentionPlan.MakeAsync(session, schedule, now)
                );
            },
            cancellationToken
        );
    }

    /// <summary>Permission alone, for the endpoints that must refuse before they read the body.</summary>
    public void Require(Caller caller, string rule) => policy.Require(caller, rule);

    /// <summary>What has gone by is not made good: it is due next as if it had always been so.</summary>
    private static Schedule Planned(Schedule schedule, DateTimeOffset now)
    {
        DateTimeOffset? next = schedule.Enabled ? ScheduleRules.NextAfter(schedule, now) : null;
        return schedule with { NextAt = next, LookAt = next, Problem = null };
    }

    /// <summary>Whoever runs it is no administrator: the source must be the project's own, or a share that all may read.</summary>
    private static async Task CheckSourceAsync(ICatalogSession session, Schedule schedule)
    {
        bool there = schedule.ShareId is { } share
            ? await session.Shares.FindAsync(share) is { } row && (row.ProjectId == schedule.ProjectId || row.IsPublic)
            : (await session.Volumes.FindAsync(schedule.VolumeId!))?.ProjectId == schedule.ProjectId;
        if (!there)
        {
            throw ServiceError.NotFound(
                $"{(schedule.ShareId is null ? "Volume" : "Share")} {schedule.SourceId} could not be found."
            );
        }
        if (await session.Schedules.CountOfSourceAsync(schedule.ProjectId, schedule.SourceId) >= Schedule.MostOfSource)
        {
            throw ServiceError.Conflict(
                $"It has {Schedule.MostOfSource} schedules, the most there can be: change or remove one of them."
            );
        }
    }

    private static async Task<Schedule> FindAsync(ICatalogSession session, Caller caller, string id) =>
        await session.Schedules.FindAsync(id) is { } schedule
        && (caller.IsAdmin || schedule.ProjectId == caller.ProjectId)
            ? schedule
            : throw ServiceError.NotFound($"Schedule {id} could not be found.");
}
