using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Services;
using Holdfast.Core.Sources;
using Holdfast.Engine;
using Holdfast.Engine.Snapshots;
using Holdfast.Testing.Core;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Core.Workers;

/// <summary>Backups of volumes, where their images can be cloned (xfs, btrfs) and where they cannot (ext4).</summary>
public sealed class CreateVolumeBackupTests
{
    [Theory]
    [InlineData("ext4", "live")]
    [InlineData("xfs", "snapshot")]
    [InlineData("btrfs", "snapshot")]
    public async Task Restic_gives_back_every_byte_of_the_image(string kind, string capture)
    {
        await using VolumeScene scene = await VolumeScene.MakeAsync(kind);
        Volume volume = await scene.AddAsync();
        DateTimeOffset before = scene.Core.Time.GetUtcNow();
        Backup backup = await scene.BackUpAsync(volume);
        Assert.Equal((capture, 0, false), (backup.Capture, backup.ItemErrors, backup.IsIncremental));
        Assert.Equal(before.ToUnixTimeMilliseconds(), backup.DataAt!.Value.ToUnixTimeMilliseconds());
        Assert.InRange(backup.ObjectCount!.Value, 1, 4);
        Assert.Equal("node1", backup.Host);

        Snapshot snapshot = Assert.Single(await scene.Core.SnapshotsAsync());
        Assert.Equal(backup.SnapshotId, snapshot.Id.ToString());
        Assert.Equal(["/" + volume.Id], snapshot.Paths);
        Assert.Contains("volume=" + volume.Id, snapshot.Tags);
        Assert.Contains("backup=" + backup.Id, snapshot.Tags);
        Assert.Contains("capture=" + capture, snapshot.Tags);
        using Restic restic = await scene.Core.ResticAsync();
        await restic.CheckAsync();
        string target = scene.Core.Directory["restored"];
        await restic.RestoreAsync("latest", target);
        Assert.Equal(scene.Read(volume), await File.ReadAllBytesAsync(Path.Join(target, volume.Id, "volume.raw")));
    }

    [Theory]
    [InlineData("ext4")]
    [InlineData("xfs")]
    [InlineData("btrfs")]
    public async Task The_next_backup_is_compared_with_the_last_and_holds_what_has_changed(string kind)
    {
        await using VolumeScene scene = await VolumeScene.MakeAsync(kind);
        Volume volume = await scene.AddAsync();
        Backup first = await scene.BackUpAsync(volume);
        scene.Write(volume, 3 << 20, 200_000, seed: 3);
        scene.Write(volume, 20 << 20, 5000, seed: 4);
        Backup second = await scene.BackUpAsync(volume);
        Assert.True(second.IsIncremental);
        byte[] expected = scene.Read(volume);

        // What was kept tells of the second, and of nothing else.
        scene.Write(volume, 0, 4096, seed: 5);
        Backup third = await scene.BackUpAsync(volume);
        Assert.True(third.IsIncremental);
        Assert.Equal([second.SnapshotId, third.SnapshotId], await ParentsAsync(scene, third));
        if (kind == "ext4")
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(scene.DigestsOf(volume)));
            Assert.Empty(scene.Own("kept"));
        }
        else
        {
            Assert.Equal([$"{volume.Id}.{third.SnapshotId}"], scene.Own("kept"));
            Assert.False(File.Exists(scene.DigestsOf(volume)));
        }
        Assert.Empty(scene.Own("captures"));

        using Restic restic = await scene.Core.ResticAsync();
        string target = scene.Core.Directory["restored"];
        await restic.RestoreAsync(second.SnapshotId!, target);
        Assert.Equal(expected, await File.ReadAllBytesAsync(Path.Join(target, volume.Id, "volume.raw")));
        Assert.NotEqual(first.SnapshotId, second.SnapshotId);
    }

    [Theory]
    [InlineData("ext4")]
    [InlineData("xfs")]
    public async Task Without_what_was_kept_everything_is_read(string kind)
    {
        await using VolumeScene scene = await VolumeScene.MakeAsync(kind);
        Volume volume = await scene.AddAsync();
        await scene.BackUpAsync(volume);
        Backup full = await scene.BackUpAsync(volume, full: true);
        Assert.False(full.IsIncremental);
        if (kind == "ext4")
        {
            File.WriteAllBytes(scene.DigestsOf(volume), [1, 2, 3]);
        }
        else
        {
            string root = Path.GetDirectoryName(scene.PathOf(volume))!;
            File.Delete(Path.Join(root, "kept", Assert.Single(scene.Own("kept"))));
        }
        Assert.False((await scene.BackUpAsync(volume)).IsIncremental);
        Assert.True((await scene.BackUpAsync(volume)).IsIncremental);
    }

    [Fact]
    public async Task The_clone_of_an_earlier_backup_does_as_well_and_goes_with_the_next()
    {
        await using VolumeScene scene = await VolumeScene.MakeAsync("xfs");
        Volume volume = await scene.AddAsync();
        Backup first = await scene.BackUpAsync(volume);
        string kept = Path.Join(Path.GetDirectoryName(scene.PathOf(volume)), "kept");
        string earlier = Path.Join(kept, Assert.Single(scene.Own("kept")));
        string aside = scene.PathOf(volume) + ".aside";
        (await ChildProcess.RunAsync("cp", ["--reflink=always", earlier, aside])).Checked("cp");
        scene.Write(volume, 2 << 20, 300_000, seed: 3);
        await scene.BackUpAsync(volume);
        // As if the service had died between its commit and the clone's new name.
        File.Delete(Path.Join(kept, Assert.Single(scene.Own("kept"))));
        File.Move(aside, earlier);

        scene.Write(volume, 9 << 20, 300_000, seed: 4);
        Backup third = await scene.BackUpAsync(volume);
        Assert.Equal([first.SnapshotId, third.SnapshotId], await ParentsAsync(scene, third));
        Assert.Equal([$"{volume.Id}.{third.SnapshotId}"], scene.Own("kept"));
        using Restic restic = await scene.Core.ResticAsync();
        await restic.RestoreAsync(third.SnapshotId!, scene.Core.Directory["restored"]);
        string restored = Path.Join(scene.Core.Directory["restored"], volume.Id, "volume.raw");
        Assert.Equal(scene.Read(volume), await File.ReadAllBytesAsync(restored));
    }

    [Theory]
    [InlineData((1L << 30) + 5000, 2)]
    [InlineData(10L << 20, 1)]
    public async Task An_image_that_has_another_size_by_now_is_backed_up_as_it_is_and_restored(long bytes, int size)
    {
        await using VolumeScene scene = await VolumeScene.MakeAsync("xfs");
        Volume volume = await scene.AddAsync(adopted: true);
        await using (FileStream image = File.OpenWrite(scene.PathOf(volume)))
        {
            image.SetLength(bytes);
        }
        scene.Write(volume, bytes - 4000, 4000, seed: 5);
        Backup backup = await scene.BackUpAsync(volume);
        Assert.Equal((bytes, size), (backup.Bytes, backup.Size));
        Volume after = (await scene.Core.Catalog.VolumeAsync(volume.Id))!;
        Assert.Equal((bytes, size), (after.Bytes, after.Size));

        NewVolume request = new(null, backup.Id, null, null);
        Volume made = (await scene.Core.Get<VolumeService>().CreateAsync(CoreFixture.Member, request, default)).Volume;
        await scene.Core.DrainAsync();
        made = (await scene.Core.Catalog.VolumeAsync(made.Id))!;
        Assert.Equal((VolumeStatus.Available, bytes, size), (made.Status, made.Bytes, made.Size));
        (await ChildProcess.RunAsync("cmp", [scene.PathOf(volume), scene.PathOf(made)])).Checked("cmp");
    }

    [Fact]
    public async Task A_clone_that_cannot_be_kept_leaves_the_earlier_one()
    {
        await using VolumeScene scene = await VolumeScene.MakeAsync("xfs");
        Volume volume = await scene.AddAsync();
        await scene.BackUpAsync(volume);
        string kept = Assert.Single(scene.Own("kept"));
        Operation operation = NewOperation.Of(
            OperationKind.CreateVolumeBackup,
            Rows.Project,
            scene.Core.Time.GetUtcNow()
        );
        using ImageCapture clone = scene.Core.Get<ImageCaptures>().Capture(volume, operation);
        string root = Path.GetDirectoryName(scene.PathOf(volume))!;
        File.Delete(Path.Join(root, "captures", Assert.Single(scene.Own("captures"))));
        Assert.Throws<EngineError>(() => scene.Core.Get<KeptImages>().Keep(volume, clone, new Id(new byte[Id.Size])));
        Assert.Equal([kept], scene.Own("kept"));
    }

    [Theory]
    [InlineData("xfs")]
    [InlineData("btrfs")]
    public async Task After_a_restore_the_next_backup_is_compared_all_the_same(string kind)
    {
        await using VolumeScene scene = await VolumeScene.MakeAsync(kind);
        Volume volume = await scene.AddAsync();
        byte[] first = scene.Read(volume);
        Backup backup = await scene.BackUpAsync(volume);
        scene.Write(volume, 2 << 20, 300_000, seed: 3);
        byte[] second = scene.Read(volume);
        Backup later = await scene.BackUpAsync(volume);

        await scene.Backups.RestoreAsync(CoreFixture.Member, backup.Id, volume.Id, default);
        await scene.Core.DrainAsync();
        Assert.Equal(first, scene.Read(volume));
        scene.Write(volume, 12 << 20, 5000, seed: 4);
        byte[] third = scene.Read(volume);
        Backup last = await scene.BackUpAsync(volume);
        Assert.Equal([later.SnapshotId, last.SnapshotId], await ParentsAsync(scene, last));
        Assert.True(last.IsIncremental);

        using Restic restic = await scene.Core.ResticAsync();
        foreach ((Backup one, byte[] expected) in new[] { (backup, first), (later, second), (last, third) })
        {
            string target = scene.Core.Directory["restored-" + one.Id];
            await restic.RestoreAsync(one.SnapshotId!, target);
            Assert.Equal(expected, await File.ReadAllBytesAsync(Path.Join(target, volume.Id, "volume.raw")));
        }
    }

    [Theory]
    [InlineData("ext4")]
    [InlineData("xfs")]
    public async Task A_snapshot_committed_before_the_crash_is_adopted(string kind)
    {
        await using VolumeScene scene = await VolumeScene.MakeAsync(kind);
        Volume volume = await scene.AddAsync();
        Backup made = await scene.CreateAsync(volume);
        Operation first = await scene.Core.ClaimAsync();
        await scene.Core.ExpireAsync();
        // The first worker lives on, and commits to the repository; its closing transaction finds its epoch over.
        await scene.Core.WorkAsync(first);
        Assert.Equal(BackupStatus.Creating, (await scene.Core.Catalog.BackupAsync(made.Id))!.Status);
        string committed = Assert.Single(await scene.Core.SnapshotsAsync()).Id.ToString();

        await scene.Core.DrainAsync();
        Backup done = (await scene.Core.Catalog.BackupAsync(made.Id))!;
        Assert.Equal((BackupStatus.Available, committed), (done.Status, done.SnapshotId));
        Assert.Equal(VolumeStatus.Available, await scene.StatusAsync(volume));
        Assert.Single(await scene.Core.SnapshotsAsync());
        Assert.Empty(scene.Own("captures"));
        Assert.Empty(scene.Own("kept"));
        Assert.False((await scene.BackUpAsync(volume)).IsIncremental);
    }

    [Fact]
    public async Task What_a_lost_claim_has_cloned_goes_before_the_next_clones()
    {
        await using VolumeScene scene = await VolumeScene.MakeAsync("xfs");
        Volume volume = await scene.AddAsync();
        await scene.CreateAsync(volume);
        Operation first = await scene.Core.ClaimAsync();
        await scene.Core.ExpireAsync();
        string root = Path.GetDirectoryName(scene.PathOf(volume))!;
        string captures = Directory.CreateDirectory(Path.Join(root, "captures")).FullName;
        File.SetUnixFileMode(captures, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(Path.Join(captures, ClaimName.Of(first)), "half a clone");
        await File.WriteAllTextAsync(Path.Join(captures, "of somebody else"), "");

        await scene.Core.DrainAsync();
        Assert.Equal(VolumeStatus.Available, await scene.StatusAsync(volume));
        Assert.Equal(["of somebody else"], scene.Own("captures"));
        Assert.Single(scene.Own("kept"));
    }

    [Theory]
    [InlineData("ext4")]
    [InlineData("xfs")]
    public async Task A_cancelled_backup_leaves_nothing_and_frees_the_volume(string kind)
    {
        await using VolumeScene scene = await VolumeScene.MakeAsync(kind);
        Volume volume = await scene.AddAsync();
        Backup kept = await scene.BackUpAsync(volume);
        scene.Write(volume, 1 << 20, 4 << 20, seed: 7);
        Backup made = await scene.CreateAsync(volume);
        Operation claimed = await scene.Core.ClaimAsync();
        scene.Core.Hold.Hold($"{Rows.Project}/data");
        using CancellationTokenSource stop = new();
        Task work = scene.Core.WorkAsync(claimed, stop.Token);
        await scene.Core.Hold.Held;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);
        await scene.Core.Queue.FailAsync(claimed, OperationStatus.Cancelled, "Cancelled.", default);
        scene.Core.Hold.Release();

        Assert.Equal(BackupStatus.Error, (await scene.Core.Catalog.BackupAsync(made.Id))!.Status);
        Assert.Equal(VolumeStatus.Available, await scene.StatusAsync(volume));
        Assert.Empty(scene.Own("captures"));
        await scene.Core.DrainAsync();
        Backup next = await scene.BackUpAsync(volume);
        Assert.True(next.IsIncremental);
        Assert.Equal([kept.SnapshotId, next.SnapshotId], await ParentsAsync(scene, next));
    }

    [Theory]
    [InlineData("ext4")]
    [InlineData("xfs")]
    public async Task What_nobody_will_be_compared_with_is_reaped(string kind)
    {
        await using VolumeScene scene = await VolumeScene.MakeAsync(kind);
        Volume removed = await scene.AddAsync();
        Volume stays = await scene.AddAsync();
        Backup gone = await scene.BackUpAsync(removed);
        await scene.BackUpAsync(stays);
        await scene.Backups.DeleteAsync(WorkerFixture.Member, gone.Id, default);
        await scene.Core.DrainAsync();
        await scene.Core.Catalog.WriteAsync(
            async session =>
            {
                await session.Volumes.RemoveAsync(removed.Id);
                await session.QueueReapAsync(removed.Root, scene.Core.Time.GetUtcNow());
            },
            default
        );
        await scene.Core.DrainAsync();

        Assert.False(File.Exists(scene.DigestsOf(removed)));
        Assert.DoesNotContain(scene.Own("kept"), name => name.StartsWith(removed.Id, StringComparison.Ordinal));
        Assert.True((await scene.BackUpAsync(stays)).IsIncremental);
    }

    [Fact]
    public async Task What_is_no_image_fails_and_names_no_path()
    {
        await using VolumeScene scene = await VolumeScene.MakeAsync("ext4");
        Volume volume = await scene.AddAsync();
        File.Delete(scene.PathOf(volume));
        File.CreateSymbolicLink(scene.PathOf(volume), "/etc/passwd");
        Backup made = await scene.CreateAsync(volume);
        await scene.Core.DrainAsync();
        Backup failed = (await scene.Core.Catalog.BackupAsync(made.Id))!;
        Assert.Equal(BackupStatus.Error, failed.Status);
        Assert.DoesNotContain(scene.Core.Directory.Path, failed.FailReason, StringComparison.Ordinal);
        Message told = Assert.Single(await scene.Core.Catalog.MessagesAsync(made.Id));
        Assert.Equal(
            (MessageResource.VolumeBackup, MessageLevel.Error, made.ProjectId),
            (told.ResourceType, told.MessageLevel, told.ProjectId)
        );
        Assert.Equal(VolumeStatus.Available, await scene.StatusAsync(volume));
    }

    /// <summary>The snapshot's parent and the snapshot.</summary>
    private static async Task<IEnumerable<string?>> ParentsAsync(VolumeScene scene, Backup backup)
    {
        Snapshot snapshot = (await scene.Core.SnapshotsAsync()).Single(one => one.Id.ToString() == backup.SnapshotId);
        return [snapshot.Parent?.ToString(), snapshot.Id.ToString()];
    }
}
