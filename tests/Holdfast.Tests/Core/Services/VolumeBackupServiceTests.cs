using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Core.Services;

public sealed class VolumeBackupServiceTests : IAsyncLifetime
{
    private static readonly Caller Member = CoreFixture.Member;
    private static readonly Caller Recipient = CoreFixture.Stranger;
    private static readonly Caller Third = CoreFixture.Of("0c0000000000000000000000000000cc", "member", "reader");

    private CoreFixture core = null!;
    private VolumeBackupService backups = null!;

    public async ValueTask InitializeAsync()
    {
        core = await CoreFixture.MakeAsync(Rows.Share("s1"));
        backups = new VolumeBackupService(core.Catalog, new Policy(), core.Options, core.Time, core.Wake);
        await core.Catalog.AddVolumesAsync(
            Rows.Volume("v1"),
            Rows.Volume("v2") with
            {
                Size = 2,
            },
            Rows.Volume("theirs") with
            {
                ProjectId = Rows.Stranger,
                Size = 4,
            }
        );
        await core.Catalog.AddBackupsAsync(Rows.VolumeBackup("b1", "v1"), Rows.Backup("of a share", "s1"));
    }

    public ValueTask DisposeAsync() => core.DisposeAsync();

    [Fact]
    public async Task Creating_takes_the_volume_and_queues_the_operation()
    {
        VolumeBackupWork work = await CreateAsync("v2");
        Assert.Equal(work.Backup, await core.Catalog.BackupAsync(work.Backup.Id));
        Assert.Equal(
            (BackupStatus.Creating, "v2", null, 2, null),
            (work.Backup.Status, work.Backup.VolumeId, work.Backup.ShareId, work.Backup.Size, work.Backup.BackupType)
        );
        Assert.Equal(VolumeStatus.BackingUp, (await core.Catalog.VolumeAsync("v2"))!.Status);
        Operation operation = Assert.Single(await core.QueuedAsync());
        Assert.Equal(work.Operation.Id, operation.Id);
        Assert.Equal(
            (OperationKind.CreateVolumeBackup, work.Backup.Id, "v2", "volume:local", VolumeStatus.Available),
            (operation.Kind, operation.BackupId, operation.VolumeId, operation.Root, operation.StatusBefore)
        );
    }

    [Fact]
    public async Task A_second_backup_of_the_volume_waits_for_the_first()
    {
        await CreateAsync("v1");
        ServiceError error = await RefusesAsync(ServiceErrorKind.Invalid, () => CreateAsync("v1"));
        Assert.Equal(Refusal.VolumeBeingBackedUp, error.Refusal);
        Assert.Single(await core.QueuedAsync());
    }

    [Theory]
    [InlineData("theirs")]
    [InlineData("missing")]
    [InlineData("s1")]
    public async Task Only_a_volume_of_the_project_can_be_backed_up(string id)
    {
        ServiceError error = await RefusesAsync(ServiceErrorKind.NotFound, () => CreateAsync(id));
        Assert.Equal((Refusal.NoVolume, $"Volume {id} could not be found."), (error.Refusal, error.Message));
    }

    [Theory]
    [InlineData(QuotaResource.Backups, 2, Refusal.BackupQuota)]
    [InlineData(QuotaResource.BackupGigabytes, 3, Refusal.BackupGigabytesQuota)]
    public async Task Quotas_count_backups_of_either_kind(string resource, int limit, Refusal refusal)
    {
        await core.Catalog.WriteAsync(
            session => session.Quotas.SetAsync(new QuotaScope(Rows.Project), resource, limit),
            default
        );
        ServiceError error = await RefusesAsync(ServiceErrorKind.OverLimit, () => CreateAsync("v2"));
        Assert.Equal(refusal, error.Refusal);
        Assert.Equal(VolumeStatus.Available, (await core.Catalog.VolumeAsync("v2"))!.Status);
    }

    [Fact]
    public async Task A_list_has_the_projects_own_backups_of_volumes_alone()
    {
        await ShareAsync("b1");
        await core.Catalog.AddBackupsAsync(
            Rows.VolumeBackup("b2", "v2", BackupStatus.Error) with
            {
                Name = "second",
                CreatedAt = Rows.Start.AddSeconds(1),
            }
        );
        Assert.Equal(["b2", "b1"], await ListAsync(Member, new()));
        Assert.Equal(["b2"], await ListAsync(Member, new() { Name = "second" }));
        Assert.Equal(["b2"], await ListAsync(Member, new() { Status = "error" }));
        Assert.Equal(["b1"], await ListAsync(Member, new() { VolumeId = "v1" }));
        Assert.Equal(["b1"], await ListAsync(Member, new() { Page = new Page(Limit: 1, Offset: 1) }));
        Assert.Equal(["b1", "b2"], await ListAsync(Member, new() { Page = new Page(SortDirection: "asc") }));
        Assert.Empty(await ListAsync(Member, new() { Page = new Page(Limit: 0) }));
        Assert.Empty(await ListAsync(Recipient, new()));
        Assert.True((await backups.ListAsync(Member, new() { Page = new Page(Limit: 1) }, default)).More);
        await RefusesAsync(
            ServiceErrorKind.Invalid,
            () => ListAsync(Member, new() { Page = new Page(SortKey: "container_format") })
        );
    }

    [Fact]
    public async Task A_recipient_sees_what_it_was_given_and_the_owner_is_told_once()
    {
        await NotThereAsync(Recipient, "b1");
        await ShareAsync("b1");
        Assert.Equal("b1", (await backups.GetAsync(Recipient, "b1", default)).Row.Id);
        await backups.GetAsync(Recipient, "b1", default);
        await backups.GetAsync(Member, "b1", default);
        await NotThereAsync(Third, "b1");
        await NotThereAsync(Member, "of a share");
        Assert.Equal([AuditAction.LookAtBackup], await AuditedAsync());
    }

    [Fact]
    public async Task An_administrators_look_and_restore_are_in_the_owners_trail()
    {
        await backups.GetAsync(CoreFixture.Admin, "b1", default);
        await backups.RestoreAsync(CoreFixture.Admin, "b1", "v2", default);
        Assert.Equal([AuditAction.LookAtForeign, AuditAction.RestoreForeign], await AuditedAsync());
    }

    [Fact]
    public async Task Only_the_owner_deletes_and_its_sharings_end()
    {
        await ShareAsync("b1");
        await RefusesAsync(ServiceErrorKind.Forbidden, () => backups.DeleteAsync(Recipient, "b1", default));
        await RefusesAsync(ServiceErrorKind.NotFound, () => backups.DeleteAsync(Third, "b1", default));
        await RefusesAsync(ServiceErrorKind.NotFound, () => backups.DeleteAsync(Member, "of a share", default));

        VolumeBackupWork work = await backups.DeleteAsync(Member, "b1", default);
        Assert.Equal((OperationKind.DeleteBackup, "v1"), (work.Operation.Kind, work.Operation.VolumeId));
        Assert.Equal(BackupStatus.Deleting, (await core.Catalog.BackupAsync("b1"))!.Status);
        await NotThereAsync(Recipient, "b1");
        ServiceError error = await RefusesAsync(
            ServiceErrorKind.Invalid,
            () => backups.DeleteAsync(Member, "b1", default)
        );
        Assert.Equal("Invalid backup: Backup status must be available or error", error.Message);
    }

    [Fact]
    public async Task The_owners_restore_takes_backup_and_volume()
    {
        VolumeBackupWork work = await backups.RestoreAsync(Member, "b1", "v2", default);
        Assert.Equal(BackupStatus.Restoring, (await core.Catalog.BackupAsync("b1"))!.Status);
        Volume target = (await core.Catalog.VolumeAsync("v2"))!;
        Assert.Equal((VolumeStatus.RestoringBackup, "b1"), (target.Status, target.SourceBackupId));
        Assert.Equal(
            (OperationKind.RestoreVolumeBackup, "v2", null, new string('a', 64)),
            (
                work.Operation.Kind,
                work.Operation.VolumeId,
                work.Operation.RepositoryProjectId,
                work.Operation.PinnedSnapshotId
            )
        );
    }

    [Fact]
    public async Task Recipients_restore_into_their_own_volumes_and_nothing_of_it_is_the_owners()
    {
        await ShareAsync("b1");
        Backup before = (await core.Catalog.BackupAsync("b1"))!;
        await RefusesAsync(ServiceErrorKind.NotFound, () => backups.RestoreAsync(Recipient, "b1", "v1", default));
        await RefusesAsync(ServiceErrorKind.NotFound, () => backups.RestoreAsync(Third, "b1", "theirs", default));

        VolumeBackupWork work = await backups.RestoreAsync(Recipient, "b1", "theirs", default);
        Assert.Equal(before, await core.Catalog.BackupAsync("b1"));
        Assert.Equal(
            (Rows.Stranger, Rows.Project, Rows.Project),
            (work.Operation.ProjectId, work.Operation.RepositoryProjectId, work.Operation.RepositoryOf)
        );
        Assert.Equal(VolumeStatus.RestoringBackup, (await core.Catalog.VolumeAsync("theirs"))!.Status);
        Assert.Equal([AuditAction.RestoreShared], await AuditedAsync());

        // The owner's own goes on beside it, and the end of either is not the other's.
        await backups.RestoreAsync(Member, "b1", "v2", default);
        await core.Queue.CancelAsync(work.Operation.Id, default);
        Assert.Equal(BackupStatus.Restoring, (await core.Catalog.BackupAsync("b1"))!.Status);
        Assert.Equal(VolumeStatus.Available, (await core.Catalog.VolumeAsync("theirs"))!.Status);
    }

    [Theory]
    [InlineData("v1", VolumeStatus.BackingUp, Refusal.VolumeBeingBackedUp)]
    [InlineData("v1", VolumeStatus.Error, Refusal.VolumeBusy)]
    [InlineData("v1", VolumeStatus.ErrorRestoring, Refusal.None)]
    public async Task A_volume_is_overwritten_when_it_is_free(string id, string status, Refusal refusal)
    {
        await core.Catalog.WriteAsync(session => session.Volumes.SetStatusAsync(id, null, status, Rows.Start), default);
        if (refusal == Refusal.None)
        {
            await backups.RestoreAsync(Member, "b1", id, default);
            return;
        }
        ServiceError error = await RefusesAsync(
            ServiceErrorKind.Invalid,
            () => backups.RestoreAsync(Member, "b1", id, default)
        );
        Assert.Equal(refusal, error.Refusal);
        Assert.Empty(await core.QueuedAsync());
    }

    [Fact]
    public async Task A_smaller_volume_cannot_hold_it()
    {
        await core.Catalog.AddBackupsAsync(Rows.VolumeBackup("large", "v2") with { Size = 2 });
        ServiceError error = await RefusesAsync(
            ServiceErrorKind.Invalid,
            () => backups.RestoreAsync(Member, "large", "v1", default)
        );
        Assert.Equal(Refusal.VolumeTooSmall, error.Refusal);

        // Of as many GiB, and fewer bytes.
        await core.Catalog.AddVolumesAsync(Rows.Volume("small") with { Bytes = 1000 });
        await core.Catalog.AddBackupsAsync(Rows.VolumeBackup("exact", "v2") with { Bytes = 1001 });
        error = await RefusesAsync(
            ServiceErrorKind.Invalid,
            () => backups.RestoreAsync(Member, "exact", "small", default)
        );
        Assert.Equal(Refusal.VolumeTooSmall, error.Refusal);
        Assert.EndsWith(
            "the volume has 1000 bytes, and the backup holds 1001.",
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Who_may_only_read_changes_nothing()
    {
        Caller reader = CoreFixture.Reader;
        await backups.GetAsync(reader, "b1", default);
        await RefusesAsync(
            ServiceErrorKind.Forbidden,
            () => backups.CreateAsync(reader, new("v1", null, null), default)
        );
        await RefusesAsync(ServiceErrorKind.Forbidden, () => backups.DeleteAsync(reader, "b1", default));
        await RefusesAsync(ServiceErrorKind.Forbidden, () => backups.RestoreAsync(reader, "b1", "v2", default));
        await RefusesAsync(ServiceErrorKind.Forbidden, () => backups.GetAsync(CoreFixture.Nobody, "b1", default));
    }

    private Task<VolumeBackupWork> CreateAsync(string volume) =>
        backups.CreateAsync(Member, new NewVolumeBackup(volume, "name", null), default);

    private async Task<IEnumerable<string>> ListAsync(Caller caller, VolumeBackupQuery query) =>
        (await backups.ListAsync(caller, query, default)).Rows.Select(one => one.Row.Id);

    private async Task ShareAsync(string id) =>
        await core.Catalog.AddSharingAsync(Rows.Sharing("of " + id, (await core.Catalog.BackupAsync(id))!));

    private async Task NotThereAsync(Caller caller, string id)
    {
        ServiceError error = await RefusesAsync(ServiceErrorKind.NotFound, () => backups.GetAsync(caller, id, default));
        Assert.Equal($"Backup {id} could not be found.", error.Message);
    }

    private async Task<IEnumerable<string>> AuditedAsync() =>
        (await core.Catalog.AuditAsync()).Select(entry => entry.Action);

    private static async Task<ServiceError> RefusesAsync(ServiceErrorKind kind, Func<Task> call)
    {
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(call);
        Assert.Equal(kind, error.Kind);
        return error;
    }
}
