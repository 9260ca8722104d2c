using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Testing.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Holdfast.Tests.Core.Services;

/// <summary>What is said of how well shares and volumes are backed up.</summary>
public sealed class ProtectionServiceTests : IAsyncLifetime
{
    private CoreFixture core = null!;
    private ProtectionService protection = null!;

    public async ValueTask InitializeAsync()
    {
        core = await CoreFixture.MakeAsync(Rows.Share("s1"));
        protection = new ProtectionService(core.Catalog, new Policy(), core.Time);
    }

    public ValueTask DisposeAsync() => core.DisposeAsync();

    [Fact]
    public async Task Without_a_good_backup_it_is_unprotected()
    {
        await AssertAsync(ProtectionState.Unprotected);
        await AddAsync("b1", hours: -1, BackupStatus.Creating);
        await AssertAsync(ProtectionState.Unprotected);
    }

    [Fact]
    public async Task With_one_it_is_protected_also_without_a_schedule()
    {
        Backup good = await AddAsync("b1", hours: -1);
        ProtectedShare shown = await AssertAsync(ProtectionState.Protected);
        Assert.Equal((good.Id, null), (shown.Proven.Protection.GoodBackupId, shown.Proven.Protection.NextAt));
    }

    [Fact]
    public async Task When_the_last_one_failed_or_is_damaged_it_is_failing_and_says_why()
    {
        await AddAsync("b1", hours: -2);
        await AddAsync("b2", hours: -1, BackupStatus.Error, row => row with { FailReason = "The disk is full." });
        ProtectedShare shown = await AssertAsync(ProtectionState.Failing);
        Assert.Equal(
            ("b1", "The disk is full."),
            (shown.Proven.Protection.GoodBackupId, shown.Proven.Protection.Problem)
        );
        await AddAsync("b3", hours: 0, change: row => row with { Damage = "Some of it is damaged." });
        shown = await AssertAsync(ProtectionState.Failing);
        Assert.Equal(
            ("b1", "Some of it is damaged."),
            (shown.Proven.Protection.GoodBackupId, shown.Proven.Protection.Problem)
        );
    }

    [Fact]
    public async Task Without_a_schedule_an_old_backup_is_overdue()
    {
        await AddAsync("b1", hours: -24 * 7);
        await AssertAsync(ProtectionState.Protected);
        core.Time.Advance(TimeSpan.FromMinutes(1));
        await AssertAsync(ProtectionState.Overdue);
        await AddAsync("b2", hours: 0);
        await AssertAsync(ProtectionState.Protected);
    }

    [Fact]
    public async Task With_one_it_is_overdue_when_what_was_asked_for_has_not_come_within_an_hour()
    {
        // Asked for at five past two; it is four minutes past three.
        await AddAsync("b1", hours: -240);
        Schedule schedule = Rows.Schedule("c1", "s1") with
        {
            LastAt = Rows.Start.AddMinutes(-59),
            NextAt = Rows.Start.AddHours(22),
        };
        await core.Catalog.WriteAsync(session => session.Schedules.AddAsync(schedule), default);
        ProtectedShare shown = await AssertAsync(ProtectionState.Protected);
        Assert.Equal(schedule.NextAt, shown.Proven.Protection.NextAt);
        core.Time.Advance(TimeSpan.FromMinutes(2));
        await AssertAsync(ProtectionState.Overdue);
        await SetAsync(schedule with { Enabled = false });
        await AssertAsync(ProtectionState.Overdue);
        await SetAsync(schedule);
        await AddAsync("b2", hours: 0);
        await AssertAsync(ProtectionState.Protected);
    }

    [Fact]
    public async Task One_that_waits_for_its_turn_too_long_is_overdue_and_failing_when_that_has_a_reason()
    {
        await AddAsync("b1", hours: -3);
        Schedule schedule = Rows.Schedule("c1", "s1") with
        {
            NextAt = Rows.Start.AddMinutes(-59),
            Problem = "No room.",
        };
        await core.Catalog.WriteAsync(session => session.Schedules.AddAsync(schedule), default);
        await AssertAsync(ProtectionState.Protected);
        core.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("No room.", (await AssertAsync(ProtectionState.Failing)).Proven.Protection.Problem);
        await SetAsync(schedule with { Problem = null });
        await AssertAsync(ProtectionState.Overdue);
    }

    [Fact]
    public async Task What_a_schedule_waits_for_while_its_backup_is_made_is_no_problem()
    {
        await AddAsync("b1", hours: -30);
        Schedule schedule = Rows.Schedule("c1", "s1") with
        {
            NextAt = Rows.Start.AddHours(-2),
            Problem = "The share is busy.",
        };
        await core.Catalog.WriteAsync(session => session.Schedules.AddAsync(schedule), default);
        await AssertAsync(ProtectionState.Failing);
        Backup making = await AddAsync("b2", hours: -3, BackupStatus.Creating);
        Assert.Null((await AssertAsync(ProtectionState.Overdue)).Proven.Protection.Problem);
        await core.Catalog.WriteAsync(session => session.Backups.RemoveAsync(making.Id), default);
        await AddAsync("b3", hours: -3, BackupStatus.Creating, row => row with { ProjectId = Rows.Stranger });
        await AssertAsync(ProtectionState.Failing);
    }

    [Fact]
    public async Task A_backup_of_another_project_protects_nobody_else()
    {
        await AddAsync("b1", hours: -1, change: row => row with { ProjectId = Rows.Stranger });
        await AssertAsync(ProtectionState.Unprotected);
    }

    [Fact]
    public async Task A_volume_is_protected_as_a_share_is()
    {
        Volume volume = Rows.Volume("v1");
        await core.Catalog.AddVolumesAsync(volume, Rows.Volume("theirs") with { ProjectId = Rows.Stranger });
        await OfVolumeAsync(ProtectionState.Unprotected);
        await core.Catalog.AddBackupsAsync(
            Rows.VolumeBackup("b1", "v1") with
            {
                CreatedAt = Rows.Start,
            },
            // Nobody's but the volume's own project's backup counts, whoever asks.
            Rows.VolumeBackup("b2", "v1") with
            {
                ProjectId = Rows.Stranger,
                CreatedAt = Rows.Start.AddHours(1),
            }
        );
        Assert.Equal("b1", (await OfVolumeAsync(ProtectionState.Protected)).Protection.GoodBackupId);
        await core.Catalog.AddBackupsAsync(
            Rows.VolumeBackup("b3", "v1") with
            {
                Status = BackupStatus.Error,
                FailReason = "The device is away.",
                CreatedAt = Rows.Start.AddHours(2),
            }
        );
        ProvenProtection proven = await OfVolumeAsync(ProtectionState.Failing);
        Assert.Equal(("b1", "The device is away."), (proven.Protection.GoodBackupId, proven.Protection.Problem));

        async Task<ProvenProtection> OfVolumeAsync(string state)
        {
            foreach (Caller caller in (Caller[])[CoreFixture.Member, CoreFixture.Admin])
            {
                ProtectedVolume shown = Assert.Single(await protection.OfVolumesAsync(caller, [volume], default));
                Assert.Equal(state, shown.Proven!.Protection.State);
            }
            return (await protection.OfVolumesAsync(CoreFixture.Member, [volume], default))[0].Proven!;
        }
    }

    [Fact]
    public async Task The_overview_has_volumes_for_whoever_may_see_them()
    {
        await core.Catalog.AddVolumesAsync(Rows.Volume("v1"), Rows.Volume("v2"));
        await core.Catalog.AddBackupsAsync(
            Rows.Backup("b1", "s1") with
            {
                SnapshotId = new string('a', 64),
                CreatedAt = Rows.Start,
            },
            Rows.VolumeBackup("b2", "v1") with
            {
                CreatedAt = Rows.Start,
            }
        );
        ProtectionOverview all = await protection.OverviewAsync(CoreFixture.Member, default);
        Assert.Equal((3, 2, true), (all.Sources, all.In(ProtectionState.Protected), all.WithVolumes));
        Protection unwell = Assert.Single(all.Unwell);
        Assert.Equal(("v2", true, "unprotected"), (unwell.SourceId, unwell.OfVolume, unwell.State));
        Assert.Equal(2, all.Days.Sum(day => day.Made));

        foreach (string denied in (string[])["volume:get_all", "volume_backup:get_all"])
        {
            await File.WriteAllTextAsync(Path.Join(core.Options.DataDirectory, "policy.yaml"), $"{denied}: role:admin");
            Policy policy = new(core.Options, core.Time, NullLogger<Policy>.Instance);
            ProtectionService narrow = new(core.Catalog, policy, core.Time);
            ProtectionOverview some = await narrow.OverviewAsync(CoreFixture.Member, default);
            Assert.Equal((1, 1, false), (some.Sources, some.In(ProtectionState.Protected), some.WithVolumes));
            Assert.Empty(some.Unwell);
            Assert.Equal(1, some.Days.Sum(day => day.Made));
        }
    }

    private async Task<ProtectedShare> AssertAsync(string state)
    {
        ProtectedShare shown = await protection.GetAsync(CoreFixture.Member, "s1", default);
        Assert.Equal(state, shown.Proven.Protection.State);
        ProtectedShare listed = Assert.Single(
            (await protection.ListAsync(CoreFixture.Member, 10, after: null, default)).Rows
        );
        Assert.Equal(shown.Proven.Protection, listed.Proven.Protection);
        ProtectionOverview overview = await protection.OverviewAsync(CoreFixture.Member, default);
        Assert.Equal((1, 1), (overview.Sources, overview.In(state)));
        return shown;
    }

    private async Task<Backup> AddAsync(
        string id,
        int hours,
        string status = BackupStatus.Available,
        Func<Backup, Backup>? change = null
    )
    {
        bool good = status == BackupStatus.Available;
        DateTimeOffset at = Rows.Start.AddHours(hours);
        Backup backup = Rows.Backup(id, "s1", status) with
        {
            SnapshotId = good ? new string('a', 64) : null,
            DataAt = good ? at : null,
            CreatedAt = at,
        };
        backup = change?.Invoke(backup) ?? backup;
        await core.Catalog.AddBackupsAsync(backup);
        return backup;
    }

    private Task SetAsync(Schedule schedule) =>
        core.Catalog.WriteAsync(session => session.Schedules.SetAsync(schedule), default);
}
