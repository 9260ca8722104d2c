using Holdfast.Core;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Scheduling;
using Holdfast.Core.Services;
using Holdfast.Core.Sources;
using Holdfast.Engine;
using Holdfast.Testing.Core;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Core.Workers;

/// <summary>Volumes as workers make and remove them, also when they die at it.</summary>
public sealed class VolumeTests : IAsyncLifetime
{
    private const long Gibibyte = 1L << 30;

    private static readonly RowOrder<Message> Oldest = new(
        new SortColumn<Message>("created_at", row => row.CreatedAt),
        Descending: false
    );

    private WorkerFixture core = null!;

    private string Root => core.Directory["images"];

    private VolumeService Volumes => core.Get<VolumeService>();

    public async ValueTask InitializeAsync() =>
        core = await WorkerFixture.MakeAsync(options =>
        {
            string images = Path.Join(Path.GetDirectoryName(options.DataDirectory), "images");
            Directory.CreateDirectory(images);
            return options with { VolumeRoots = [new NamedRoot("images", images)] };
        });

    public ValueTask DisposeAsync() => core.DisposeAsync();

    [Fact]
    public async Task A_new_volume_is_one_hole_that_nobody_else_may_read()
    {
        Volume volume = await MakeAsync(size: 3);
        Assert.Equal((VolumeStatus.Available, 3 * Gibibyte, "node1"), (volume.Status, volume.Bytes, volume.Host));
        FileStatus status = RawFiles.Status((RawPath)PathOf(volume));
        Assert.Equal((3 * Gibibyte, 0, 0x180), (status.Size, status.Blocks, status.Permissions));
    }

    [Fact]
    public async Task A_creation_that_died_after_the_image_is_completed()
    {
        Volume made = (await CreateAsync()).Volume;
        Operation doomed = await core.ClaimAsync();
        await core.ExpireAsync();
        // The first worker lives on, and makes the image; its closing transaction finds its epoch over.
        await core.WorkAsync(doomed);
        Assert.Equal(VolumeStatus.Creating, (await core.Catalog.VolumeAsync(made.Id))!.Status);
        await core.DrainAsync();
        Assert.Equal(VolumeStatus.Available, (await core.Catalog.VolumeAsync(made.Id))!.Status);
        Assert.Equal(Gibibyte, new FileInfo(PathOf(made)).Length);
    }

    [Fact]
    public async Task A_creation_that_died_before_the_image_had_its_length_is_completed()
    {
        Volume made = (await CreateAsync()).Volume;
        await core.ClaimAsync();
        await File.WriteAllBytesAsync(PathOf(made), []);
        await core.ExpireAsync();
        await core.DrainAsync();
        Assert.Equal(VolumeStatus.Available, (await core.Catalog.VolumeAsync(made.Id))!.Status);
        Assert.Equal(Gibibyte, new FileInfo(PathOf(made)).Length);
    }

    [Fact]
    public async Task A_cancelled_creation_leaves_an_error_that_can_be_deleted()
    {
        VolumeWork work = await CreateAsync();
        await core.Queue.CancelAsync(work.Operation.Id, default);
        Assert.Equal(VolumeStatus.Error, (await core.Catalog.VolumeAsync(work.Volume.Id))!.Status);
        await DeleteAsync(work.Volume);
        Assert.Null(await core.Catalog.VolumeAsync(work.Volume.Id));
    }

    [Fact]
    public async Task A_volume_that_cannot_be_made_is_an_error_that_says_so()
    {
        VolumeWork work = await CreateAsync();
        Directory.CreateDirectory(PathOf(work.Volume));
        await core.DrainAsync();
        Assert.Equal(VolumeStatus.Error, (await core.Catalog.VolumeAsync(work.Volume.Id))!.Status);
        Operation failed = (
            await core.Catalog.ReadAsync(session => session.Operations.FindAsync(work.Operation.Id), default)
        )!;
        Assert.Equal(
            (OperationStatus.Failed, $"The image of volume {work.Volume.Id} cannot be made: Is a directory."),
            (failed.Status, failed.Message)
        );
        MessageFilter filter = new() { ResourceId = work.Volume.Id };
        Message told = Assert.Single(
            await core.Catalog.ReadAsync(session => session.Messages.ListAsync(filter, Oldest), default)
        );
        Assert.Equal((MessageResource.Volume, Rows.Project), (told.ResourceType, told.ProjectId));
    }

    [Fact]
    public async Task A_deleted_volumes_bytes_are_gone_after_the_reap()
    {
        Volume volume = await MakeAsync();
        await DeleteAsync(volume);
        Assert.Null(await core.Catalog.VolumeAsync(volume.Id));
        Assert.False(File.Exists(PathOf(volume)));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Join(Root, "trash")));
        Assert.Equal(0x1C0, RawFiles.Status((RawPath)Path.Join(Root, "trash")).Permissions);
        IReadOnlyList<OperationCount> counts = await core.Catalog.ReadAsync(
            session => session.Operations.CountAsync(),
            default
        );
        Assert.Contains(counts, one => one is { Kind: OperationKind.Reap, Status: OperationStatus.Succeeded });
        Assert.All(counts, one => Assert.Equal(OperationStatus.Succeeded, one.Status));
    }

    [Fact]
    public async Task A_removal_that_died_after_the_rename_is_completed()
    {
        Volume volume = await MakeAsync();
        await Volumes.DeleteAsync(WorkerFixture.Member, volume.Id, default);
        Operation doomed = await core.ClaimAsync();
        await core.ExpireAsync();
        await core.WorkAsync(doomed);
        Assert.NotNull(await core.Catalog.VolumeAsync(volume.Id));
        Assert.True(File.Exists(Path.Join(Root, "trash", volume.Id)));
        await core.DrainAsync();
        Assert.Null(await core.Catalog.VolumeAsync(volume.Id));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Join(Root, "trash")));
    }

    [Fact]
    public async Task A_removal_that_is_cancelled_before_it_began_leaves_the_volume_as_it_was()
    {
        Volume volume = await MakeAsync();
        VolumeWork work = await Volumes.DeleteAsync(WorkerFixture.Member, volume.Id, default);
        await core.Queue.CancelAsync(work.Operation.Id, default);
        Assert.Equal(VolumeStatus.Available, (await core.Catalog.VolumeAsync(volume.Id))!.Status);
        Assert.True(File.Exists(PathOf(volume)));
    }

    [Fact]
    public async Task A_removal_that_failed_after_it_began_can_be_asked_for_again()
    {
        Volume volume = await MakeAsync();
        await Volumes.DeleteAsync(WorkerFixture.Member, volume.Id, default);
        Operation claimed = await core.ClaimAsync();
        await core.Queue.FailAsync(claimed, OperationStatus.Failed, "why", default);
        Assert.Equal(VolumeStatus.ErrorDeleting, (await core.Catalog.VolumeAsync(volume.Id))!.Status);
        await DeleteAsync(volume);
        Assert.Null(await core.Catalog.VolumeAsync(volume.Id));
    }

    [Fact]
    public async Task Work_on_volumes_of_a_root_that_is_away_waits_and_says_so()
    {
        File.Move(Path.Join(Root, ".holdfast-root"), core.Directory["marker"]);
        await core.Get<NodePresence>().AnnounceAsync(default);
        VolumeWork work = await CreateAsync();
        await core.DrainAsync();
        await core.Get<Scheduler>().TickAsync(default);
        Operation waiting = (
            await core.Catalog.ReadAsync(session => session.Operations.FindAsync(work.Operation.Id), default)
        )!;
        Assert.StartsWith(
            "Waiting for a node that can reach the volume's storage",
            waiting.Message,
            StringComparison.Ordinal
        );
        Assert.False(File.Exists(PathOf(work.Volume)));

        File.Move(core.Directory["marker"], Path.Join(Root, ".holdfast-root"));
        await core.DrainAsync();
        Assert.Equal(VolumeStatus.Available, (await core.Catalog.VolumeAsync(work.Volume.Id))!.Status);
    }

    [Fact]
    public async Task A_volume_of_a_backup_has_its_bytes_and_their_number()
    {
        (Backup backup, byte[] image) = await BackUpImageAsync();
        VolumeWork same = await CreateAsync(new NewVolume(null, backup.Id, null, null));
        VolumeWork larger = await CreateAsync(new NewVolume(2, backup.Id, null, null));
        await core.DrainAsync();
        Volume volume = (await core.Catalog.VolumeAsync(same.Volume.Id))!;
        Assert.Equal(
            (VolumeStatus.Available, 1, image.Length, backup.Id),
            (volume.Status, volume.Size, volume.Bytes, volume.SourceBackupId)
        );
        Assert.Equal(image, await File.ReadAllBytesAsync(PathOf(volume)));
        Assert.Equal(2 * Gibibyte, (await core.Catalog.VolumeAsync(larger.Volume.Id))!.Bytes);
        Assert.Equal(2 * Gibibyte, new FileInfo(PathOf(larger.Volume)).Length);
        Assert.Equal(backup, await core.Catalog.BackupAsync(backup.Id));
    }

    [Fact]
    public async Task A_volume_of_a_backup_whose_worker_died_in_the_middle_is_completed()
    {
        (Backup backup, byte[] image) = await BackUpImageAsync();
        Volume made = (await CreateAsync(new NewVolume(null, backup.Id, null, null))).Volume;
        await core.ClaimAsync();
        // Part of it is there, part is something else, and the length is not there yet.
        await File.WriteAllBytesAsync(PathOf(made), [.. image[..(image.Length / 3)], .. new byte[100_000]]);
        await core.ExpireAsync();
        await core.DrainAsync();
        Assert.Equal(VolumeStatus.Available, (await core.Catalog.VolumeAsync(made.Id))!.Status);
        Assert.Equal(image, await File.ReadAllBytesAsync(PathOf(made)));
    }

    private string PathOf(Volume volume) => Path.Join(Root, volume.Path);

    private Task<VolumeWork> CreateAsync(NewVolume? request = null) =>
        Volumes.CreateAsync(WorkerFixture.Member, request ?? new NewVolume(1, null, "disk", null), default);

    private async Task<Volume> MakeAsync(int size = 1)
    {
        Volume made = (await CreateAsync(new NewVolume(size, null, "disk", null))).Volume;
        await core.DrainAsync();
        return (await core.Catalog.VolumeAsync(made.Id))!;
    }

    private async Task DeleteAsync(Volume volume)
    {
        await Volumes.DeleteAsync(WorkerFixture.Member, volume.Id, default);
        await core.DrainAsync();
    }

    /// <summary>A volume's snapshot looks like that of a share with one file.</summary>
    private async Task<(Backup Backup, byte[] Image)> BackUpImageAsync()
    {
        byte[] image = new byte[5_000_001];
        new Random(1).NextBytes(image);
        image.AsSpan(1_000_000, 2_000_000).Clear();
        Share share = await core.ShareAsync();
        await File.WriteAllBytesAsync(Path.Join(core.PathOf(share), "volume.raw"), image);
        Backup taken = await core.BackUpAsync(share);
        await core.Catalog.AddVolumesAsync(Rows.Volume("v"));
        Backup backup = Rows.VolumeBackup("b", "v") with { SnapshotId = taken.SnapshotId };
        await core.Catalog.AddBackupsAsync(backup);
        return (backup, image);
    }
}
