using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Scheduling;
using Holdfast.Core.Services;
using Holdfast.Testing.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Holdfast.Tests.Core.Scheduling;

/// <summary>When a schedule asks for a backup, and which of its backups it lets go.</summary>
public sealed class ScheduledBackupsTests : IAsyncLifetime
{
    private static readonly Caller Member = CoreFixture.Member;

    private CoreFixture core = null!;
    private ScheduleService schedules = null!;
    private ScheduledBackups scheduled = null!;

    public async ValueTask InitializeAsync()
    {
        // A Friday, four minutes past three at night.
        core = await CoreFixture.MakeAsync(
            Rows.Share("s1"),
            Rows.Share("s2") with
            {
                Protocol = "CIFS",
            },
            Rows.Share("theirs") with
            {
                ProjectId = Rows.Stranger,
            }
        );
        await core.Catalog.AddVolumesAsync(Rows.Volume("v1"));
        schedules = new ScheduleService(core.Catalog, new Policy(), core.Time, core.Wake);
        scheduled = new ScheduledBackups(
            core.Catalog,
            core.Options,
            core.Time,
            core.Wake,
            NullLogger<ScheduledBackups>.Instance
        );
    }

    public ValueTask DisposeAsync() => core.DisposeAsync();

    [Theory]
    [InlineData("s1", null)]
    [InlineData("s2", null)]
    [InlineData(null, "v1")]
    public async Task A_backup_is_asked_for_when_it_is_due_and_not_before(string? share, string? volume)
    {
        Schedule schedule = await MakeAsync("0 4 * * *", share: share, volume: volume);
        Assert.Equal(At(4), schedule.NextAt);
        core.Time.Advance(At(4) - Rows.Start - TimeSpan.FromSeconds(1));
        Assert.Empty(await RunAsync());

        core.Time.Advance(TimeSpan.FromSeconds(1));
        Operation asked = Assert.Single(await RunAsync());
        Assert.Equal((Rows.Project, share, volume), (asked.ProjectId, asked.ShareId, asked.VolumeId));
        Backup backup = (await core.Catalog.BackupAsync(asked.BackupId!))!;
        Assert.Equal((schedule.Id, "nightly"), (backup.ScheduleId, backup.Name));
        schedule = await schedules.GetAsync(Member, schedule.Id, default);
        Assert.Equal((At(4).AddDays(1), At(4), backup.Id), (schedule.NextAt, schedule.LastAt, schedule.LastBackupId));
        Assert.Single(await RunAsync());
    }

    [Fact]
    public async Task Runs_that_were_missed_are_made_good_by_one()
    {
        Schedule schedule = await MakeAsync("0 * * * *");
        core.Time.Advance(TimeSpan.FromDays(3));
        Assert.Single(await RunAsync());
        await SettleAsync();
        Assert.Empty(await RunAsync());
        Assert.Equal(At(4).AddDays(3), (await schedules.GetAsync(Member, schedule.Id, default)).NextAt);
    }

    [Fact]
    public async Task A_share_that_is_at_work_is_waited_for_and_what_falls_due_meanwhile_is_one_backup()
    {
        Schedule schedule = await MakeAsync("0 * * * *");
        await core.Catalog.WriteAsync(
            session => session.Shares.SetStatusAsync("s1", null, ShareStatus.BackupRestoring, Rows.Start),
            default
        );
        core.Time.Advance(At(6) - Rows.Start);
        Assert.Empty(await RunAsync());
        schedule = await schedules.GetAsync(Member, schedule.Id, default);
        Assert.Equal(At(4), schedule.NextAt);
        Assert.Contains("backup_restoring", schedule.Problem, StringComparison.Ordinal);

        await core.Catalog.WriteAsync(
            session => session.Shares.SetStatusAsync("s1", null, ShareStatus.Available, Rows.Start),
            default
        );
        Assert.Empty(await RunAsync());
        core.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Single(await RunAsync());
        schedule = await schedules.GetAsync(Member, schedule.Id, default);
        Assert.Equal((At(7), null), (schedule.NextAt, schedule.Problem));
    }

    [Fact]
    public async Task Two_schedules_of_a_share_take_turns()
    {
        await MakeAsync("0 4 * * *");
        await MakeAsync("0 4 * * *");
        core.Time.Advance(TimeSpan.FromHours(1));
        Assert.Single(await RunAsync());
        await SettleAsync();
        core.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Single(await RunAsync());
    }

    [Fact]
    public async Task A_share_that_a_project_may_not_see_any_more_is_not_backed_up()
    {
        await SetPublicAsync(isPublic: true);
        Schedule schedule = await MakeAsync("0 4 * * *", share: "theirs");
        await SetPublicAsync(isPublic: false);
        core.Time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(await RunAsync());
        Assert.NotNull((await schedules.GetAsync(Member, schedule.Id, default)).Problem);
    }

    [Fact]
    public async Task One_that_is_not_enabled_asks_for_nothing_and_deletes_nothing()
    {
        Schedule schedule = await MakeAsync("0 4 * * *", new Retention { KeepLast = 1 });
        await AddAsync(schedule, "b1", hours: 1);
        await AddAsync(schedule, "b2", hours: 2);
        await RetainAsync(schedule);
        await schedules.UpdateAsync(Member, schedule.Id, new(false, null, null, null, Enabled: false, null), default);
        core.Time.Advance(TimeSpan.FromDays(2));
        Assert.Empty(await RunAsync());

        // What it has missed meanwhile is not made good.
        await schedules.UpdateAsync(Member, schedule.Id, new(false, null, null, null, Enabled: true, null), default);
        Assert.DoesNotContain(await RunAsync(), operation => operation.Kind == OperationKind.CreateBackup);
    }

    [Fact]
    public void A_night_that_has_no_half_past_two_has_a_backup_and_one_that_has_two_has_one()
    {
        Schedule schedule = Rows.Schedule("c1", "s1");
        DateTimeOffset spring = new(2026, 3, 28, 12, 0, 0, TimeSpan.Zero);
        Assert.Equal([Utc(2026, 3, 29, 1, 0), Utc(2026, 3, 30, 0, 30)], ScheduleRules.NextTimes(schedule, spring, 2));
        DateTimeOffset autumn = new(2026, 10, 24, 12, 0, 0, TimeSpan.Zero);
        Assert.Equal(
            [Utc(2026, 10, 25, 0, 30), Utc(2026, 10, 26, 1, 30)],
            ScheduleRules.NextTimes(schedule, autumn, 2)
        );
    }

    [Fact]
    public async Task What_no_rule_keeps_goes_and_the_audit_trail_says_why()
    {
        Schedule schedule = await MakeAsync("0 4 * * *", new Retention { KeepLast = 2 });
        string[] ids = await AddManyAsync(schedule, 4);
        await AddManualAsync("manual");
        await RetainAsync(schedule);

        IReadOnlyList<Operation> queued = await RunAsync();
        Assert.Equal(ids[..2].Order(), queued.Select(operation => operation.BackupId!).Order());
        Assert.All(queued, operation => Assert.Equal(OperationKind.DeleteBackup, operation.Kind));
        Assert.Equal(BackupStatus.Deleting, (await core.Catalog.BackupAsync(ids[0]))!.Status);
        Assert.Equal(BackupStatus.Available, (await core.Catalog.BackupAsync("manual"))!.Status);
        IReadOnlyList<AuditEntry> trail = await core.Catalog.AuditAsync();
        Assert.Equal(2, trail.Count(entry => entry.Action == AuditAction.BackupExpired));
        Assert.All(trail, entry => Assert.Contains(schedule.Id, entry.Details, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_shared_held_restored_or_the_last_good_one_stays()
    {
        Schedule schedule = await MakeAsync("0 4 * * *", new Retention { KeepWithin = "1h" });
        string[] ids = await AddManyAsync(schedule, 6);
        await core.Sharings.ShareAsync(Member, new NewSharing(ids[0], [Rows.Stranger]), default);
        HoldService holds = new(core.Catalog, new Policy(), core.Time, core.Wake);
        await holds.CreateAsync(Member, new NewHold(ids[1], null, null), default);
        await core.Catalog.WriteAsync(
            session => session.Backups.SetStatusAsync(ids[2], null, BackupStatus.Restoring, Rows.Start),
            default
        );
        // The newest by far has failed: it is nobody's last good one.
        await AddAsync(schedule, "failed", hours: 9, BackupStatus.Error);
        await RetainAsync(schedule);
        SchedulePreview preview = await schedules.PreviewAsync(Member, schedule.Id, null, default);

        string[] gone = [.. (await RunAsync()).Select(operation => operation.BackupId!)];
        Assert.Equal(ids[3..5].Order(), gone.Order());
        Assert.Equal(gone.Order(), preview.Backups.Where(one => one.Goes).Select(one => one.Backup.Id).Order());
        Assert.Equal(["shared with another project"], ReasonsOf(ids[0]));
        Assert.Equal(["held until it is lifted"], ReasonsOf(ids[1]));
        Assert.Equal(["it is being restored"], ReasonsOf(ids[2]));
        Assert.Equal(["the newest good backup that is left", "within 1h"], ReasonsOf(ids[5]));
        Assert.Equal(["it is 'error'"], ReasonsOf("failed"));

        IReadOnlyList<string> ReasonsOf(string id) => preview.Backups.Single(one => one.Backup.Id == id).Reasons;
    }

    [Fact]
    public async Task A_rule_that_keeps_none_of_them_keeps_the_last_good_one()
    {
        Schedule schedule = await MakeAsync("0 4 * * *", new Retention { KeepWithin = "1h" });
        await AddAsync(schedule, "b1", hours: 1);
        core.Time.Advance(TimeSpan.FromDays(365));
        await RetainAsync(schedule);
        Assert.DoesNotContain(await RunAsync(), operation => operation.Kind == OperationKind.DeleteBackup);
    }

    [Fact]
    public async Task A_failed_one_goes_when_a_later_one_is_good()
    {
        Schedule schedule = await MakeAsync("0 4 * * *");
        await AddAsync(schedule, "failed", hours: 1, BackupStatus.Error);
        await AddAsync(schedule, "good", hours: 2);
        await RetainAsync(schedule);
        Assert.Equal("failed", Assert.Single(await RunAsync()).BackupId);
    }

    [Fact]
    public async Task Nights_that_fail_do_not_use_up_the_quota()
    {
        Schedule schedule = await MakeAsync("0 4 * * *");
        await AddAsync(schedule, "good", hours: 1);
        await AddAsync(schedule, "failed1", hours: 2, BackupStatus.Error);
        await AddAsync(schedule, "failed2", hours: 3, BackupStatus.Error);
        await RetainAsync(schedule);
        Assert.Equal("failed1", Assert.Single(await RunAsync()).BackupId);
    }

    [Fact]
    public async Task The_end_of_one_that_fails_has_the_others_looked_at()
    {
        Schedule schedule = await MakeAsync("0 4 * * *");
        await AddAsync(schedule, "failed", hours: 1, BackupStatus.Error);
        core.Time.Advance(At(4) - Rows.Start);
        await RunAsync();
        await SettleAsync();
        Assert.Equal("failed", Assert.Single(await RunAsync(), one => one.Kind == OperationKind.DeleteBackup).BackupId);
    }

    [Fact]
    public async Task One_that_was_made_and_is_called_failed_by_hand_stays()
    {
        Schedule schedule = await MakeAsync("0 4 * * *");
        await AddAsync(schedule, "suspect", hours: 1);
        await AddAsync(schedule, "good", hours: 2);
        await core.Catalog.WriteAsync(
            session =>
                session.Backups.SetStatusAsync("suspect", BackupStatus.Available, BackupStatus.Error, Rows.Start),
            default
        );
        await RetainAsync(schedule);
        Assert.Empty(await RunAsync());
    }

    [Fact]
    public async Task What_a_recipient_rejected_or_had_until_now_goes_with_its_sharing()
    {
        Schedule schedule = await MakeAsync("0 4 * * *", new Retention { KeepLast = 1 });
        await AddAsync(schedule, "rejected", hours: 1);
        await AddAsync(schedule, "expired", hours: 2);
        await AddAsync(schedule, "last", hours: 3);
        Backup rejected = (await core.Catalog.BackupAsync("rejected"))!;
        Backup expired = (await core.Catalog.BackupAsync("expired"))!;
        await core.Catalog.WriteAsync(
            async session =>
            {
                await session.Sharings.AddAsync(Rows.Sharing("s1", rejected) with { State = SharingState.Rejected });
                await session.Sharings.AddAsync(
                    Rows.Sharing("s2", expired) with
                    {
                        ExpiresAt = Rows.Start.AddMinutes(-1),
                    }
                );
            },
            default
        );
        await RetainAsync(schedule);
        Assert.Equal(["expired", "rejected"], (await RunAsync()).Select(one => one.BackupId).Order());
        foreach (string id in new[] { "expired", "rejected" })
        {
            Assert.Empty(await core.Catalog.ReadAsync(session => session.Sharings.OfBackupAsync(id), default));
        }
    }

    [Fact]
    public async Task A_schedule_that_this_node_cannot_read_waits_and_stops_no_other_and_can_be_turned_off()
    {
        Schedule strange = await MakeAsync("0 4 * * *", new Retention { KeepLast = 1 });
        Schedule other = await MakeAsync("0 4 * * *", new Retention { KeepLast = 1 });
        await core.Catalog.WriteAsync(
            session => session.Schedules.SetAsync(strange with { TimeZone = "Mars/Olympus" }),
            default
        );
        await AddAsync(other, "old", hours: 1);
        await AddAsync(other, "new", hours: 2);
        core.Time.Advance(At(4) - Rows.Start);
        await RetainAsync(strange);
        await RetainAsync(other);
        IReadOnlyList<Operation> asked = await RunAsync();
        Assert.Equal(["create_backup", "delete_backup"], asked.Select(one => one.Kind).Order());
        strange = await schedules.GetAsync(Member, strange.Id, default);
        Assert.Contains("no time zone", strange.Problem, StringComparison.Ordinal);
        Assert.True(strange.RetainAt > core.Time.GetUtcNow());

        ScheduleChange off = new(false, null, null, null, Enabled: false, null);
        Assert.False((await schedules.UpdateAsync(Member, strange.Id, off, default)).Enabled);
    }

    [Fact]
    public async Task A_disabled_projects_schedules_make_nothing_and_let_nothing_go()
    {
        Schedule schedule = await MakeAsync("0 4 * * *", new Retention { KeepLast = 1 });
        await AddAsync(schedule, "old", hours: 1);
        await AddAsync(schedule, "new", hours: 2);
        await core.Catalog.WriteAsync(
            session =>
                session.Projects.TryAddAsync(
                    new Project
                    {
                        Id = Rows.Project,
                        Name = "closed",
                        Enabled = false,
                    }
                ),
            default
        );
        core.Time.Advance(At(4) - Rows.Start);
        await RetainAsync(schedule);
        Assert.Empty(await RunAsync());
        Assert.Equal("The project is disabled.", (await schedules.GetAsync(Member, schedule.Id, default)).Problem);
    }

    [Fact]
    public async Task Days_are_those_of_the_schedules_zone()
    {
        // 22:30 and 23:30 UTC are one day in London, two in Paris.
        Schedule schedule = await MakeAsync("0 4 * * *", new Retention { KeepDaily = 1 }, zone: "Europe/Paris");
        await AddAsync(schedule, "b1", Utc(2026, 1, 1, 22, 30));
        await AddAsync(schedule, "b2", Utc(2026, 1, 1, 23, 30));
        SchedulePreview paris = await schedules.PreviewAsync(
            Member,
            schedule.Id,
            new Retention { KeepDaily = 2 },
            default
        );
        Assert.DoesNotContain(paris.Backups, one => one.Goes);
        await schedules.UpdateAsync(Member, schedule.Id, new(false, null, null, "Europe/London", null, null), default);
        SchedulePreview london = await schedules.PreviewAsync(
            Member,
            schedule.Id,
            new Retention { KeepDaily = 1 },
            default
        );
        Assert.Equal("b1", Assert.Single(london.Backups, one => one.Goes).Backup.Id);
    }

    [Fact]
    public async Task Many_go_some_at_a_time()
    {
        Schedule schedule = await MakeAsync("0 0 1 1 *", new Retention { KeepLast = 1 });
        await AddManyAsync(schedule, ScheduledBackups.DeletedAtOnce + 5);
        await RetainAsync(schedule);
        Assert.Equal(ScheduledBackups.DeletedAtOnce, (await RunAsync()).Count);
        Assert.Equal(ScheduledBackups.DeletedAtOnce + 4, (await RunAsync()).Count);
    }

    [Theory]
    [InlineData("0 4 * *", "UTC", "has exactly 5")]
    [InlineData("61 4 * * *", "UTC", "Minute")]
    [InlineData("0 0 31 2 *", "UTC", "never comes")]
    [InlineData("0 4 * * *", "Mars/Olympus", "no time zone")]
    [InlineData("0 4 * * *", "../../etc/passwd", "no time zone")]
    [InlineData("0 4 * * *", "", "no time zone")]
    public async Task What_makes_no_sense_is_refused(string cron, string zone, string why)
    {
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() => MakeAsync(cron, zone: zone));
        Assert.Equal(ServiceErrorKind.Invalid, error.Kind);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, null)]
    [InlineData(Retention.Most + 1, null)]
    [InlineData(0, "a week")]
    public async Task So_is_a_rule_that_is_none(int last, string? within)
    {
        Retention retention = new() { KeepLast = last, KeepWithin = within };
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() => MakeAsync("0 4 * * *", retention));
        Assert.Equal(ServiceErrorKind.Invalid, error.Kind);
    }

    [Fact]
    public async Task A_share_of_a_stranger_has_no_schedule_of_ours()
    {
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() => MakeAsync("0 4 * * *", share: "theirs"));
        Assert.Equal(ServiceErrorKind.NotFound, error.Kind);
        Schedule ours = await MakeAsync("0 4 * * *");
        error = await Assert.ThrowsAsync<ServiceError>(() =>
            schedules.DeleteAsync(CoreFixture.Stranger, ours.Id, default)
        );
        Assert.Equal(ServiceErrorKind.NotFound, error.Kind);
    }

    [Fact]
    public async Task A_source_has_so_many_schedules_and_no_more()
    {
        for (int count = 0; count < Schedule.MostOfSource; count++)
        {
            await MakeAsync("0 4 * * *");
        }
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() => MakeAsync("0 4 * * *"));
        Assert.Equal(ServiceErrorKind.Conflict, error.Kind);
    }

    private static DateTimeOffset At(int hour) => new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero).AddHours(hour);

    private static DateTimeOffset Utc(int year, int month, int day, int hour, int minute) =>
        new(year, month, day, hour, minute, 0, TimeSpan.Zero);

    private Task<Schedule> MakeAsync(
        string cron,
        Retention? retention = null,
        string? share = "s1",
        string? volume = null,
        string zone = "UTC"
    ) =>
        schedules.CreateAsync(
            Member,
            new NewSchedule(
                volume is null ? share : null,
                volume,
                "nightly",
                cron,
                zone,
                Enabled: true,
                retention ?? new Retention()
            ),
            default
        );

    /// <summary>One round.</summary>
    /// <returns>All backups that are to be made or deleted.</returns>
    private async Task<IReadOnlyList<Operation>> RunAsync()
    {
        await scheduled.RunAsync(default);
        return [.. (await core.QueuedAsync()).Where(operation => operation.BackupId is not null)];
    }

    /// <summary>All that was asked for has failed.</summary>
    private async Task SettleAsync()
    {
        while (await core.ClaimAsync() is { } claimed)
        {
            Assert.True(await core.Queue.FailAsync(claimed, OperationStatus.Failed, "why", default));
        }
    }

    private async Task<string[]> AddManyAsync(Schedule schedule, int count)
    {
        string[] ids = [.. Enumerable.Range(0, count).Select(number => $"b{number:d4}")];
        for (int number = 0; number < count; number++)
        {
            await AddAsync(schedule, ids[number], Rows.Start.AddDays(number - count - 1));
        }
        return ids;
    }

    private Task AddAsync(Schedule schedule, string id, int hours, string status = BackupStatus.Available) =>
        AddAsync(schedule, id, Rows.Start.AddHours(hours - 24), status);

    private Task AddAsync(Schedule schedule, string id, DateTimeOffset at, string status = BackupStatus.Available) =>
        core.Catalog.AddBackupsAsync(
            Rows.Backup(id, "s1", status) with
            {
                ScheduleId = schedule.Id,
                SnapshotId = status == BackupStatus.Error ? null : new string('a', 64),
                DataAt = status == BackupStatus.Error ? null : at,
                CreatedAt = at,
            }
        );

    private Task AddManualAsync(string id) =>
        core.Catalog.AddBackupsAsync(
            Rows.Backup(id, "s1") with
            {
                SnapshotId = new string('a', 64),
                CreatedAt = Rows.Start.AddYears(-1),
            }
        );

    private Task RetainAsync(Schedule schedule) =>
        core.Catalog.WriteAsync(session => session.Schedules.RetainAtAsync(schedule.Id, core.Time.Now()), default);

    private Task SetPublicAsync(bool isPublic) =>
        core.Catalog.WriteAsync(
            async session =>
            {
                Share share = (await session.Shares.FindAsync("theirs"))!;
                await session.Shares.SetTextsAsync(share with { IsPublic = isPublic });
            },
            default
        );
}
