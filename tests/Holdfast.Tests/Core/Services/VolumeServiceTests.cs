using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Testing.Core;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Holdfast.Tests.Core.Workers;
using Xunit;

namespace Holdfast.Tests.Core.Services;

/// <summary>Volumes as a project and an administrator use them: what is accepted, and what is refused with which words.</summary>
public sealed class VolumeServiceTests : IAsyncLifetime
{
    private static readonly Caller Member = CoreFixture.Member;
    private static readonly Caller Stranger = CoreFixture.Stranger;
    private static readonly Caller Admin = CoreFixture.Admin;

    private WorkerFixture core = null!;

    private VolumeService Volumes => core.Get<VolumeService>();

    private VolumeAdoptionService Adoptions => core.Get<VolumeAdoptionService>();

    public async ValueTask InitializeAsync()
    {
        core = await WorkerFixture.MakeAsync(options =>
        {
            // One root in the other, as roots may lie.
            string images = Path.Join(Path.GetDirectoryName(options.DataDirectory), "images");
            string shares = Directory.CreateDirectory(Path.Join(images, "nfs")).FullName;
            return options with { VolumeRoots = [new("images", images)], ShareRoots = [new("local", shares)] };
        });
    }

    public ValueTask DisposeAsync() => core.DisposeAsync();

    [Fact]
    public async Task A_new_volume_is_the_callers_and_waits_for_a_node_that_has_its_root()
    {
        VolumeWork work = await Volumes.CreateAsync(Member, new NewVolume(2, null, "disk", "words"), default);
        Volume volume = (await core.Catalog.VolumeAsync(work.Volume.Id))!;
        Assert.Equal(work.Volume, volume);
        Assert.Equal(
            (Rows.Project, "disk", "words", VolumeStatus.Creating, VolumeKind.File, "volume:images", volume.Id),
            (volume.ProjectId, volume.Name, volume.Description, volume.Status, volume.Kind, volume.Root, volume.Path)
        );
        Assert.Equal((2, 2L << 30, false), (volume.Size, volume.Bytes, volume.Adopted));
        Operation queued = Assert.Single(await core.QueuedAsync());
        Assert.Equal(
            (OperationKind.CreateVolume, volume.Id, "volume:images", null, null),
            (queued.Kind, queued.VolumeId, queued.Root, queued.BackupId, queued.PinnedSnapshotId)
        );
    }

    [Theory]
    [InlineData(null, "'size', in GiB, is missing")]
    [InlineData(0, "'size' must be a number of GiB from 1 to 2048")]
    [InlineData(-1, "'size' must be a number of GiB from 1 to 2048")]
    [InlineData(2049, "'size' must be a number of GiB from 1 to 2048")]
    public async Task A_size_that_makes_no_sense_is_refused(int? size, string why) =>
        await RefusedAsync(
            ServiceErrorKind.Invalid,
            why,
            () => Volumes.CreateAsync(Member, new NewVolume(size, null, null, null), default)
        );

    [Fact]
    public async Task A_project_makes_a_thousand_volumes_and_no_more()
    {
        await core.Catalog.AddVolumesAsync([
            .. Enumerable.Range(0, 1000).Select(n => Rows.Volume($"v{n}") with { Path = $"v{n}" }),
        ]);
        await RefusedAsync(ServiceErrorKind.OverLimit, "has 1000 volumes", () => CreateAsync());
        // Others' and registered ones do not count.
        await Volumes.CreateAsync(Stranger, new NewVolume(1, null, null, null), default);
    }

    [Fact]
    public async Task What_a_project_makes_at_once_is_bounded_together()
    {
        await core.Catalog.AddVolumesAsync(Rows.Volume("device") with { Size = 50_000, Adopted = true });
        int made = 0;
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async _ =>
                {
                    try
                    {
                        await Volumes.CreateAsync(Member, new NewVolume(2048, null, null, null), default);
                        Interlocked.Increment(ref made);
                    }
                    catch (ServiceError error) when (error.Kind == ServiceErrorKind.OverLimit)
                    {
                        Assert.Contains("of 10240 GiB together", error.Message, StringComparison.Ordinal);
                    }
                })
        );
        Assert.Equal(5, made);
        await Volumes.CreateAsync(Stranger, new NewVolume(1, null, null, null), default);
    }

    [Fact]
    public async Task A_backup_that_is_larger_than_an_empty_volume_may_be_is_given_a_volume_of_its_size()
    {
        await core.Catalog.AddVolumesAsync(Rows.Volume("v") with { Size = 3000, Adopted = true });
        await core.Catalog.AddBackupsAsync(Rows.VolumeBackup("b", "v") with { Size = 3000 });
        foreach (int? size in new int?[] { null, 3000 })
        {
            VolumeWork work = await Volumes.CreateAsync(Member, new NewVolume(size, "b", null, null), default);
            Assert.Equal(3000, work.Volume.Size);
        }
        await RefusedAsync(
            ServiceErrorKind.Invalid,
            "'size' must be a number of GiB from 1 to 3000",
            () => Volumes.CreateAsync(Member, new NewVolume(3001, "b", null, null), default)
        );
    }

    [Fact]
    public async Task A_device_over_a_volumes_image_is_no_other_volume()
    {
        string image = core.Directory["images/disk"];
        await File.WriteAllBytesAsync(image, new byte[1 << 20]);
        Volume volume = await RegisterAsync(image);
        await using LoopDevice device = await LoopDevice.OverAsync(image);
        string node = core.Directory["images/node"];
        (await ChildProcess.RunAsync("cp", ["-a", device.Path, node])).Checked("cp -a");
        await RefusedAsync(ServiceErrorKind.Invalid, $"volume {volume.Id} lies on it", () => RegisterAsync(node));
        await Adoptions.UnregisterAsync(Admin, volume.Id, default);
        Volume ofDevice = await RegisterAsync(node);
        await RefusedAsync(ServiceErrorKind.Invalid, $"volume {ofDevice.Id} lies on it", () => RegisterAsync(image));
    }

    [Fact]
    public async Task A_volume_of_a_backup_pins_its_data_and_leaves_its_row_alone()
    {
        Backup backup = await AddBackupAsync();
        VolumeWork work = await Volumes.CreateAsync(Member, new NewVolume(null, backup.Id, null, null), default);
        Assert.Equal((3, backup.Id), (work.Volume.Size, work.Volume.SourceBackupId));
        Assert.Equal(
            (null, null, backup.SnapshotId),
            (work.Operation.BackupId, work.Operation.RepositoryProjectId, work.Operation.PinnedSnapshotId)
        );
        Assert.Equal(backup, await core.Catalog.BackupAsync(backup.Id));
        Assert.Equal(
            7,
            (await Volumes.CreateAsync(Member, new NewVolume(7, backup.Id, null, null), default)).Volume.Size
        );
        await RefusedAsync(
            ServiceErrorKind.Invalid,
            "2 GiB do not hold 3 GiB",
            () => Volumes.CreateAsync(Member, new NewVolume(2, backup.Id, null, null), default)
        );
    }

    [Fact]
    public async Task A_volume_of_a_backup_that_was_shared_reads_its_owners_repository_and_the_owner_can_see_that()
    {
        Backup backup = await AddBackupAsync();
        NewVolume request = new(null, backup.Id, null, null);
        await RefusedAsync(
            ServiceErrorKind.NotFound,
            $"Backup {backup.Id} could not be found.",
            () => Volumes.CreateAsync(Stranger, request, default)
        );
        await core.Get<SharingService>().ShareAsync(Member, new NewSharing(backup.Id, [Rows.Stranger]), default);
        VolumeWork work = await Volumes.CreateAsync(Stranger, request, default);
        Assert.Equal(
            (Rows.Stranger, Rows.Stranger, Rows.Project, backup.SnapshotId),
            (
                work.Volume.ProjectId,
                work.Operation.ProjectId,
                work.Operation.RepositoryOf,
                work.Operation.PinnedSnapshotId
            )
        );
        IReadOnlyList<AuditEntry> trail = await core.Catalog.AuditAsync();
        Assert.Contains(trail, entry => entry.Action == AuditAction.RestoreShared && entry.BackupId == backup.Id);

        await Volumes.CreateAsync(CoreFixture.Admin, request, default);
        AuditEntry told = (await core.Catalog.AuditAsync())[^1];
        Assert.Equal(
            (AuditAction.RestoreForeign, Rows.Project, backup.Id, CoreFixture.Admin.ProjectId),
            (told.Action, told.ProjectId, told.ObjectId, told.ActorProjectId)
        );
    }

    [Theory]
    [InlineData(BackupStatus.Creating)]
    [InlineData(BackupStatus.Error)]
    [InlineData(BackupStatus.Deleting)]
    public async Task Of_a_backup_that_is_not_available_no_volume_is_made(string status)
    {
        Backup backup = await AddBackupAsync(status);
        await RefusedAsync(
            ServiceErrorKind.Invalid,
            $"is {status}",
            () => Volumes.CreateAsync(Member, new NewVolume(null, backup.Id, null, null), default)
        );
    }

    [Fact]
    public async Task Another_projects_volume_is_not_there()
    {
        Volume volume = (await CreateAsync()).Volume;
        foreach (
            Func<Task> call in new Func<Task>[]
            {
                () => Volumes.GetAsync(Stranger, volume.Id, default),
                () => Volumes.DeleteAsync(Stranger, volume.Id, default),
                () => Volumes.UpdateAsync(Stranger, volume.Id, new(true, "mine", false, null), default),
                () => Volumes.GetAsync(Member, "nothing", default),
            }
        )
        {
            await RefusedAsync(ServiceErrorKind.NotFound, "could not be found", call);
        }
        Assert.Empty((await Volumes.ListAsync(Stranger, new VolumeQuery { Limit = 10 }, default)).Rows);
        Assert.Equal(volume, await Volumes.GetAsync(Admin, volume.Id, default));
    }

    [Fact]
    public async Task A_volume_is_renamed_and_described_each_apart()
    {
        Volume volume = (await CreateAsync()).Volume;
        await Volumes.UpdateAsync(Member, volume.Id, new(true, "new", false, null), default);
        Volume changed = await Volumes.UpdateAsync(Member, volume.Id, new(false, null, true, "words"), default);
        Assert.Equal(("new", "words"), (changed.Name, changed.Description));
        Assert.Equal(changed, await Volumes.GetAsync(Member, volume.Id, default));
    }

    [Theory]
    [InlineData(VolumeStatus.Creating)]
    [InlineData(VolumeStatus.BackingUp)]
    [InlineData(VolumeStatus.RestoringBackup)]
    [InlineData(VolumeStatus.Deleting)]
    public async Task A_volume_that_something_works_on_is_neither_deleted_nor_unregistered(string status)
    {
        await core.Catalog.AddVolumesAsync(Rows.Volume("v", status));
        await RefusedAsync(
            ServiceErrorKind.Conflict,
            $"Volume v is {status}: it can be deleted when",
            () => Volumes.DeleteAsync(Member, "v", default)
        );
        await RefusedAsync(
            ServiceErrorKind.Conflict,
            $"Volume v is {status}: it can be unregistered when",
            () => Adoptions.UnregisterAsync(Admin, "v", default)
        );
    }

    [Fact]
    public async Task A_volume_with_backups_is_neither_deleted_nor_unregistered()
    {
        Backup backup = await AddBackupAsync();
        await RefusedAsync(
            ServiceErrorKind.Forbidden,
            "has 1 backup: it can be deleted when it has none",
            () => Volumes.DeleteAsync(Member, backup.VolumeId!, default)
        );
        await RefusedAsync(
            ServiceErrorKind.Forbidden,
            "has 1 backup: it can be unregistered when it has none",
            () => Adoptions.UnregisterAsync(Admin, backup.VolumeId!, default)
        );
    }

    [Fact]
    public async Task An_image_that_was_there_is_its_projects_once_and_is_left_as_it_is()
    {
        string image = await ImageAsync("image");
        Volume volume = await RegisterAsync(image);
        Assert.Equal(
            (Rows.Project, VolumeStatus.Available, true, "volume:images", "image", 7L, 1),
            (volume.ProjectId, volume.Status, volume.Adopted, volume.Root, volume.Path, volume.Bytes, volume.Size)
        );
        Assert.Equal(volume, await Volumes.GetAsync(Member, volume.Id, default));
        await RefusedAsync(ServiceErrorKind.Invalid, $"it is volume {volume.Id} already", () => RegisterAsync(image));
        await RefusedAsync(
            ServiceErrorKind.Forbidden,
            "let an administrator unregister it instead",
            () => Volumes.DeleteAsync(Admin, volume.Id, default)
        );
        await RefusedAsync(
            ServiceErrorKind.Forbidden,
            "denied",
            () => Adoptions.UnregisterAsync(Member, volume.Id, default)
        );

        await Adoptions.UnregisterAsync(Admin, volume.Id, default);
        Assert.Null(await core.Catalog.VolumeAsync(volume.Id));
        Assert.Equal("content", await File.ReadAllTextAsync(image));
        await RegisterAsync(image);
    }

    [Fact]
    public async Task Of_two_registrations_at_once_one_is_refused()
    {
        string image = await ImageAsync("image");
        Task<Volume>[] both = [RegisterAsync(image), RegisterAsync(image)];
        await Assert.ThrowsAsync<ServiceError>(() => Task.WhenAll(both));
        _ = Assert.Single(both, one => one.IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../other")]
    [InlineData("NOT-HEX")]
    public async Task What_is_no_project_gets_no_volume(string project)
    {
        string image = await ImageAsync("image");
        await RefusedAsync(
            ServiceErrorKind.Invalid,
            "'project_id' must be a project's id",
            () => Adoptions.RegisterAsync(Admin, new RegisteredVolume(image, project, null, null), default)
        );
    }

    [Fact]
    public async Task An_image_in_a_share_is_no_volume_and_a_directory_with_a_volume_no_share()
    {
        Share share = await core.ShareAsync();
        string inShare = Path.Join(core.PathOf(share), "image");
        await File.WriteAllTextAsync(inShare, "content");
        await RefusedAsync(ServiceErrorKind.Invalid, "lies in the directory of a share", () => RegisterAsync(inShare));

        Directory.CreateDirectory(core.Directory["images/nfs/disks"]);
        await RegisterAsync(await ImageAsync("nfs/disks/image"));
        ManagedShare managed = new("NFS", core.Directory["images/nfs/disks"], null, null, false, null, 1, null);
        await RefusedAsync(
            ServiceErrorKind.Invalid,
            "a volume lies in it",
            () => core.Get<ManagedShareService>().ManageAsync(Admin, managed, default)
        );
    }

    [Fact]
    public async Task The_file_of_a_volume_that_a_member_made_is_not_registered_again()
    {
        Volume made = (await CreateAsync()).Volume;
        await core.DrainAsync();
        await RefusedAsync(
            ServiceErrorKind.Invalid,
            $"it is volume {made.Id} already",
            () => RegisterAsync(core.Directory[$"images/{made.Id}"])
        );
    }

    private Task<VolumeWork> CreateAsync() =>
        Volumes.CreateAsync(Member, new NewVolume(1, null, "disk", null), default);

    private Task<Volume> RegisterAsync(string path) =>
        Adoptions.RegisterAsync(Admin, new RegisteredVolume(path, Rows.Project, "image", null), default);

    private async Task<string> ImageAsync(string name)
    {
        await File.WriteAllTextAsync(core.Directory[$"images/{name}"], "content");
        return core.Directory[$"images/{name}"];
    }

    private async Task<Backup> AddBackupAsync(string status = BackupStatus.Available)
    {
        await core.Catalog.AddVolumesAsync(Rows.Volume("v") with { Size = 3 });
        Backup backup = Rows.VolumeBackup("b", "v", status) with { Size = 3, SnapshotId = new string('a', 64) };
        await core.Catalog.AddBackupsAsync(backup);
        return backup;
    }

    private static async Task RefusedAsync(ServiceErrorKind kind, string why, Func<Task> call)
    {
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(call);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Equal(kind, error.Kind);
    }
}
