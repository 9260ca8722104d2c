using Holdfast.Core;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Core.Sources;
using Holdfast.Testing.Core;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Core.Workers;

/// <summary>A node with a volume root: on a directory of the disk that tests run on, or on a file system of its own.</summary>
internal sealed class VolumeScene : IAsyncDisposable
{
    private readonly LoopDisk? disk;

    private VolumeScene(LoopDisk? disk, WorkerFixture core) => (this.disk, Core) = (disk, core);

    /// <param name="kind"><c>xfs</c> or <c>btrfs</c>, which can clone; <c>ext4</c>, which cannot.</param>
    public static async Task<VolumeScene> MakeAsync(string kind)
    {
        LoopDisk? made = kind switch
        {
            "xfs" => await LoopDisk.XfsAsync(),
            "btrfs" => await LoopDisk.BtrfsAsync(),
            _ => null,
        };
        WorkerFixture core = await WorkerFixture.MakeAsync(options =>
            options with
            {
                VolumeRoots =
                [
                    new NamedRoot(
                        "local",
                        made?.Path ?? Directory.CreateDirectory(Path.Join(options.DataDirectory, "volumes")).FullName
                    ),
                    new NamedRoot("devices", "/dev"),
                ],
            }
        );
        // A file is older than a backup only by a clock that shows the same time as the disk's.
        core.Time.Advance(DateTimeOffset.UtcNow - core.Time.GetUtcNow());
        return new VolumeScene(made, core);
    }

    public WorkerFixture Core { get; }

    public VolumeBackupService Backups => Core.Get<VolumeBackupService>();

    /// <summary>Entries of one of the root's own places.</summary>
    public IEnumerable<string> Own(string place)
    {
        string path = Path.Join(Core.Get<VolumeRoots>().All[0].Path, place);
        return Directory.Exists(path)
            ? Directory.EnumerateFileSystemEntries(path).Select(one => Path.GetFileName(one))
            : [];
    }

    public string DigestsOf(Volume volume) => Path.Join(Core.Options.DataDirectory, "digests", volume.Id);

    /// <summary>A volume whose image has data, holes and a tail that is no whole block.</summary>
    /// <param name="bytes">At least 8 MiB.</param>
    public async Task<Volume> AddAsync(
        string project = Rows.Project,
        long bytes = (24 << 20) + 100,
        bool empty = false,
        bool adopted = false
    )
    {
        Volume volume = Rows.Volume(Guid.NewGuid().ToString()) with
        {
            ProjectId = project,
            Bytes = bytes,
            Adopted = adopted,
        };
        await using (FileStream image = File.Create(PathOf(volume)))
        {
            image.SetLength(bytes);
        }
        if (!empty)
        {
            Write(volume, 1 << 20, 6 << 20, seed: 1);
            Write(volume, bytes - 70_000, 70_000, seed: 2);
        }
        await Core.Catalog.AddVolumesAsync(volume);
        return volume;
    }

    public string PathOf(Volume volume) => Core.Get<VolumeRoots>().AbsolutePath(volume.Root, volume.Path);

    public void Write(Volume volume, long offset, int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        using FileStream image = File.OpenWrite(PathOf(volume));
        image.Position = offset;
        image.Write(bytes);
    }

    public byte[] Read(Volume volume) => File.ReadAllBytes(PathOf(volume));

    public async Task<Backup> CreateAsync(Volume volume, bool full = false) =>
        (
            await Backups.CreateAsync(WorkerFixture.Member, new NewVolumeBackup(volume.Id, "name", null, full), default)
        ).Backup;

    /// <summary>A finished backup of the volume as it is.</summary>
    public async Task<Backup> BackUpAsync(Volume volume, bool full = false)
    {
        Backup made = await CreateAsync(volume, full);
        await Core.DrainAsync();
        Backup done = (await Core.Catalog.BackupAsync(made.Id))!;
        Assert.Equal((BackupStatus.Available, null), (done.Status, done.FailReason));
        Assert.Equal(VolumeStatus.Available, await StatusAsync(volume));
        return done;
    }

    public async Task<string> StatusAsync(Volume volume) => (await Core.Catalog.VolumeAsync(volume.Id))!.Status;

    public async ValueTask DisposeAsync()
    {
        await Core.DisposeAsync();
        if (disk is not null)
        {
            await disk.DisposeAsync();
        }
    }
}
