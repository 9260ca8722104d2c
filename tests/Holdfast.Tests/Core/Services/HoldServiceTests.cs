using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Core.Services;

/// <summary>What a hold forbids, to whom, and what the audit trail says of it.</summary>
public sealed class HoldServiceTests : IAsyncLifetime
{
    private static readonly Caller Member = CoreFixture.Member;
    private static readonly DateTimeOffset Later = Rows.Start.AddDays(10);

    private CoreFixture core = null!;
    private HoldService holds = null!;

    public async ValueTask InitializeAsync()
    {
        core = await CoreFixture.MakeAsync(Rows.Share("s1"));
        holds = new HoldService(core.Catalog, new Policy(), core.Time, core.Wake);
        await core.Catalog.AddVolumesAsync(Rows.Volume("v1"));
        await core.Catalog.AddBackupsAsync(
            Rows.Backup("b1", "s1") with
            {
                SnapshotId = new string('a', 64),
            },
            Rows.VolumeBackup("b2", "v1"),
            Rows.Backup("failed", "s1", BackupStatus.Error)
        );
    }

    public ValueTask DisposeAsync() => core.DisposeAsync();

    [Fact]
    public async Task A_held_backup_is_deleted_by_nobody_until_its_time_is_over()
    {
        await HoldAsync("b1", Later);
        foreach (Caller caller in new[] { Member, CoreFixture.Admin })
        {
            ServiceError error = await Assert.ThrowsAsync<ServiceError>(() =>
                core.Backups.DeleteAsync(caller, "b1", default)
            );
            Assert.Equal(ServiceErrorKind.Conflict, error.Kind);
            Assert.Contains("held until 2026-01-12T03:04:05Z", error.Message, StringComparison.Ordinal);
        }
        Assert.Equal(BackupStatus.Available, (await core.Catalog.BackupAsync("b1"))!.Status);
        Assert.Empty(await core.QueuedAsync());

        core.Time.Advance(TimeSpan.FromDays(10));
        await core.Backups.DeleteAsync(Member, "b1", default);
        Assert.Equal(BackupStatus.Deleting, (await core.Catalog.BackupAsync("b1"))!.Status);
    }

    [Fact]
    public async Task One_that_goes_already_is_held_no_longer()
    {
        string id = (await HoldAsync("b1", Later)).Id;
        core.Time.Advance(TimeSpan.FromDays(10));
        await core.Backups.DeleteAsync(Member, "b1", default);
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() =>
            holds.UpdateAsync(Member, id, new HoldChange(false, null, true, null), default)
        );
        Assert.Equal(ServiceErrorKind.Conflict, error.Kind);
        Assert.Contains("'deleting'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task So_is_a_volumes()
    {
        await HoldAsync("b2", expiresAt: null);
        VolumeBackupService backups = new(core.Catalog, new Policy(), core.Options, core.Time, core.Wake);
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() => backups.DeleteAsync(Member, "b2", default));
        Assert.Equal(ServiceErrorKind.Conflict, error.Kind);
        Assert.Contains("until it is lifted", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_hold_of_several_is_enough()
    {
        string id = (await HoldAsync("b1", Later)).Id;
        await HoldAsync("b1", Later.AddDays(1));
        await holds.LiftAsync(CoreFixture.Admin, id, default);
        await Assert.ThrowsAsync<ServiceError>(() => core.Backups.DeleteAsync(Member, "b1", default));
    }

    [Fact]
    public async Task Before_its_time_only_an_administrator_lifts_it_or_lets_it_end_earlier()
    {
        string id = (await HoldAsync("b1", Later)).Id;
        ServiceError[] refused =
        [
            await Assert.ThrowsAsync<ServiceError>(() => holds.LiftAsync(Member, id, default)),
            await Assert.ThrowsAsync<ServiceError>(() => ChangeAsync(Member, id, Later.AddDays(-1))),
        ];
        Assert.All(refused, error => Assert.Equal(ServiceErrorKind.Forbidden, error.Kind));

        Assert.Equal(Later.AddDays(1), (await ChangeAsync(Member, id, Later.AddDays(1))).ExpiresAt);
        Assert.Null((await ChangeAsync(Member, id, null)).ExpiresAt);
        await Assert.ThrowsAsync<ServiceError>(() => ChangeAsync(Member, id, Later.AddYears(100)));
        Assert.Equal(Later, (await ChangeAsync(CoreFixture.Admin, id, Later)).ExpiresAt);
        await holds.LiftAsync(CoreFixture.Admin, id, default);
        await core.Backups.DeleteAsync(Member, "b1", default);
    }

    [Fact]
    public async Task When_its_time_is_over_it_is_its_projects_to_remove()
    {
        string id = (await HoldAsync("b1", Later)).Id;
        core.Time.Advance(TimeSpan.FromDays(10));
        await holds.LiftAsync(Member, id, default);
        Assert.Empty((await holds.ListAsync(Member, new HoldQuery { Limit = 10 }, default)).Rows);
    }

    [Fact]
    public async Task Every_change_is_in_the_projects_audit_trail()
    {
        string id = (await HoldAsync("b1", Later)).Id;
        await ChangeAsync(Member, id, Later.AddDays(1));
        await holds.LiftAsync(CoreFixture.Admin, id, default);
        IReadOnlyList<AuditEntry> trail = await core.Catalog.AuditAsync();
        Assert.Equal(
            [
                (AuditAction.CreateHold, Rows.Project),
                (AuditAction.ChangeHold, Rows.Project),
                (AuditAction.LiftHold, CoreFixture.Admin.ProjectId),
            ],
            trail.Select(entry => (entry.Action, entry.ActorProjectId!))
        );
        Assert.All(
            trail,
            entry => Assert.Equal((Rows.Project, id, "b1"), (entry.ProjectId, entry.ObjectId, entry.BackupId))
        );
        Assert.Contains("Case 17", trail[0].Details, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strangers_know_of_no_hold_and_hold_nothing()
    {
        string id = (await HoldAsync("b1", Later)).Id;
        foreach (
            Func<Task> asked in new Func<Task>[]
            {
                () => holds.GetAsync(CoreFixture.Stranger, id, default),
                () => holds.LiftAsync(CoreFixture.Stranger, id, default),
                () => ChangeAsync(CoreFixture.Stranger, id, null),
                () => holds.CreateAsync(CoreFixture.Stranger, new NewHold("b1", null, null), default),
            }
        )
        {
            Assert.Equal(ServiceErrorKind.NotFound, (await Assert.ThrowsAsync<ServiceError>(asked)).Kind);
        }
        Assert.Empty((await holds.ListAsync(CoreFixture.Stranger, new HoldQuery { Limit = 10 }, default)).Rows);
    }

    [Theory]
    [InlineData("failed", 1, ServiceErrorKind.Conflict)]
    [InlineData("b1", 0, ServiceErrorKind.Invalid)]
    [InlineData("b1", -1, ServiceErrorKind.Invalid)]
    [InlineData("none", 1, ServiceErrorKind.NotFound)]
    public async Task What_cannot_be_held_is_refused(string backup, int days, ServiceErrorKind kind)
    {
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() => HoldAsync(backup, Rows.Start.AddDays(days)));
        Assert.Equal(kind, error.Kind);
    }

    [Fact]
    public async Task A_backup_that_is_being_deleted_cannot_be_held_any_more()
    {
        await core.Backups.DeleteAsync(Member, "b1", default);
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() => HoldAsync("b1", Later));
        Assert.Equal(ServiceErrorKind.Conflict, error.Kind);
    }

    private Task<Hold> HoldAsync(string backup, DateTimeOffset? expiresAt) =>
        holds.CreateAsync(Member, new NewHold(backup, "Case 17", expiresAt), default);

    private Task<Hold> ChangeAsync(Caller caller, string id, DateTimeOffset? expiresAt) =>
        holds.UpdateAsync(
            caller,
            id,
            new HoldChange(SetReason: false, Reason: null, SetExpiresAt: true, expiresAt),
            default
        );
}
