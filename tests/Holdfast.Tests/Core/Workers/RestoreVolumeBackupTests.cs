using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Engine;
using Holdfast.Testing.Core;
using Holdfast.Testing.Objects;
using Xunit;

namespace Holdfast.Tests.Core.Workers;

public sealed class RestoreVolumeBackupTests : IAsyncLifetime
{
    private static readonly Caller Member = CoreFixture.Member;
    private static readonly Caller Recipient = CoreFixture.Stranger;

    private VolumeScene scene = null!;
    private Volume volume = null!;
    private byte[] expected = null!;
    private Backup backup = null!;

    public async ValueTask InitializeAsync()
    {
        scene = await VolumeScene.MakeAsync("ext4");
        volume = await scene.AddAsync();
        expected = scene.Read(volume);
        backup = await scene.BackUpAsync(volume);
    }

    public ValueTask DisposeAsync() => scene.DisposeAsync();

    [Fact]
    public async Task The_owner_gets_the_volume_back_as_it_was()
    {
        scene.Write(volume, 0, 3 << 20, seed: 9);
        await scene.Backups.RestoreAsync(Member, backup.Id, volume.Id, default);
        await scene.Core.DrainAsync();
        Assert.Equal(expected, scene.Read(volume));
        Backup after = (await scene.Core.Catalog.BackupAsync(backup.Id))!;
        Assert.Equal((BackupStatus.Available, 100, null), (after.Status, after.RestoreProgress, after.FailReason));
        Assert.Equal(VolumeStatus.Available, await scene.StatusAsync(volume));
    }

    [Fact]
    public async Task A_recipient_gets_the_bytes_and_the_owners_row_stays_as_it_is()
    {
        Volume theirs = await scene.AddAsync(Rows.Stranger, empty: true);
        await scene.Core.Catalog.AddSharingAsync(Rows.Sharing("sharing", backup));
        await scene.Backups.RestoreAsync(Recipient, backup.Id, theirs.Id, default);
        await scene.Core.DrainAsync();
        Assert.Equal(expected, scene.Read(theirs));
        Assert.Equal(VolumeStatus.Available, await scene.StatusAsync(theirs));
        Assert.Equal(backup, await scene.Core.Catalog.BackupAsync(backup.Id));
    }

    [Fact]
    public async Task An_interrupted_restore_is_completed()
    {
        scene.Write(volume, 0, 20 << 20, seed: 9);
        await scene.Backups.RestoreAsync(Member, backup.Id, volume.Id, default);
        await FailMidwayAsync();
        Assert.Equal(VolumeStatus.RestoringBackup, await scene.StatusAsync(volume));

        await scene.Core.ExpireAsync();
        await scene.Core.DrainAsync();
        Assert.Equal(VolumeStatus.Available, await scene.StatusAsync(volume));
        Assert.Equal(expected, scene.Read(volume));
    }

    [Fact]
    public async Task A_volume_that_was_not_written_to_is_what_it_was()
    {
        string aside = scene.PathOf(volume) + ".aside";
        File.Move(scene.PathOf(volume), aside);
        await scene.Backups.RestoreAsync(Member, backup.Id, volume.Id, default);
        await scene.Core.DrainAsync();
        Assert.Equal(VolumeStatus.Available, await scene.StatusAsync(volume));
        Backup after = (await scene.Core.Catalog.BackupAsync(backup.Id))!;
        Assert.Equal(BackupStatus.Available, after.Status);
        Assert.NotNull(after.FailReason);

        File.Move(aside, scene.PathOf(volume));
        await scene.Backups.RestoreAsync(Member, backup.Id, volume.Id, default);
        await scene.Core.DrainAsync();
        Assert.Equal(VolumeStatus.Available, await scene.StatusAsync(volume));
    }

    [Fact]
    public async Task A_volume_that_was_written_to_says_so_and_an_administrator_may_know_better()
    {
        scene.Write(volume, 0, 20 << 20, seed: 9);
        await scene.Backups.RestoreAsync(Member, backup.Id, volume.Id, default);
        await FailMidwayAsync();
        await scene.Core.ExpireAsync();
        // The next claim fails before it writes: the first one has written.
        File.Delete(scene.PathOf(volume));
        await scene.Core.DrainAsync();
        Assert.Equal(VolumeStatus.ErrorRestoring, await scene.StatusAsync(volume));

        VolumeService volumes = scene.Core.Get<VolumeService>();
        ServiceError denied = await Assert.ThrowsAsync<ServiceError>(() =>
            volumes.ResetStatusAsync(Member, volume.Id, VolumeStatus.Available, default)
        );
        Assert.Equal(ServiceErrorKind.Forbidden, denied.Kind);
        await volumes.ResetStatusAsync(CoreFixture.Admin, volume.Id, VolumeStatus.Available, default);
        Assert.Equal(VolumeStatus.Available, await scene.StatusAsync(volume));
    }

    [Fact]
    public async Task A_reset_cancels_what_works_on_the_volume()
    {
        await scene.Backups.RestoreAsync(Member, backup.Id, volume.Id, default);
        Operation running = await scene.Core.ClaimAsync();
        VolumeService volumes = scene.Core.Get<VolumeService>();
        await volumes.ResetStatusAsync(CoreFixture.Admin, volume.Id, VolumeStatus.Error, default);
        Assert.Equal(VolumeStatus.Error, await scene.StatusAsync(volume));
        Operation ended = (await scene.Core.Catalog.ReadAsync(s => s.Operations.FindAsync(running.Id), default))!;
        Assert.Equal(OperationStatus.Cancelled, ended.Status);
        Assert.Equal(BackupStatus.Available, (await scene.Core.Catalog.BackupAsync(backup.Id))!.Status);
        // Its worker does not begin to write any more.
        scene.Write(volume, 0, 4096, seed: 9);
        byte[] before = scene.Read(volume);
        await Assert.ThrowsAsync<EngineError>(() => scene.Core.WorkAsync(running));
        Assert.Equal(before, scene.Read(volume));
    }

    [Fact]
    public async Task A_deleted_backup_goes_with_its_snapshot()
    {
        VolumeBackupWork work = await scene.Backups.DeleteAsync(Member, backup.Id, default);
        await scene.Core.DrainAsync();
        Assert.Null(await scene.Core.Catalog.BackupAsync(backup.Id));
        Assert.Empty(await scene.Core.SnapshotsAsync());
        Assert.Equal(
            OperationStatus.Succeeded,
            (await scene.Core.Catalog.ReadAsync(s => s.Operations.FindAsync(work.Operation.Id), default))!.Status
        );
    }

    [Fact]
    public async Task A_deleted_backups_snapshot_goes_with_the_volume_that_was_still_to_be_made_of_it()
    {
        WorkerFixture core = scene.Core;
        NewVolume request = new(null, backup.Id, null, null);
        Volume made = (await core.Get<VolumeService>().CreateAsync(WorkerFixture.Member, request, default)).Volume;
        Operation creation = await core.ClaimAsync(OperationKind.CreateVolume);
        await scene.Backups.DeleteAsync(WorkerFixture.Member, backup.Id, default);
        await core.DrainAsync();
        Assert.Null(await core.Catalog.BackupAsync(backup.Id));
        Assert.Single(await core.SnapshotsAsync());

        await core.WorkAsync(creation);
        await core.DrainAsync();
        Assert.Equal(expected, scene.Read(made));
        Assert.Empty(await core.SnapshotsAsync());
    }

    private async Task FailMidwayAsync()
    {
        byte[] before = scene.Read(volume);
        Operation doomed = await scene.Core.ClaimAsync();
        // The first two are of the trees.
        scene.Core.Store.Fail(StoreCall.Read, Fault.Permanently, nth: 3, times: 1, beneath: $"{Rows.Project}/data");
        await Assert.ThrowsAnyAsync<Exception>(() => scene.Core.WorkAsync(doomed));
        scene.Core.Store.Mend();
        Assert.NotEqual(before, scene.Read(volume));
    }
}
