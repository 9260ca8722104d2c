using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Testing.Core;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Core.Workers;

/// <summary>A volume that is a block device, by a name that is a link to it.</summary>
public sealed class DeviceVolumeTests : IAsyncLifetime
{
    private const int Size = 8 << 20;

    private readonly string link = $"holdfast-{Guid.NewGuid()}";
    private VolumeScene scene = null!;
    private LoopDevice device = null!;
    private Volume volume = null!;

    private string Disk => scene.Core.Directory["disk"];

    public async ValueTask InitializeAsync()
    {
        scene = await VolumeScene.MakeAsync("ext4");
        await File.WriteAllBytesAsync(Disk, Content(1));
        device = await LoopDevice.OverAsync(Disk);
        File.CreateSymbolicLink($"/dev/{link}", device.Name);
        volume = Rows.Volume("device") with
        {
            Kind = VolumeKind.Block,
            Root = "volume:devices@node1",
            Path = link,
            Bytes = Size,
            Adopted = true,
        };
        await scene.Core.Catalog.AddVolumesAsync(volume);
    }

    public async ValueTask DisposeAsync()
    {
        File.Delete($"/dev/{link}");
        await device.DisposeAsync();
        await scene.DisposeAsync();
    }

    [Fact]
    public async Task It_is_backed_up_and_restored()
    {
        Backup backup = await scene.BackUpAsync(volume);
        Assert.Equal(("live", Size), (backup.Capture, backup.Bytes));
        // Past the device, as another machine would.
        await File.WriteAllBytesAsync(Disk, Content(2));
        Backup second = await scene.BackUpAsync(volume);
        Assert.True(second.IsIncremental);
        await RestoreAsync(backup);
        Assert.Equal(Content(1), await File.ReadAllBytesAsync(Disk));
        await RestoreAsync(second);
        Assert.Equal(Content(2), await File.ReadAllBytesAsync(Disk));
    }

    [Fact]
    public async Task Another_nodes_device_of_that_name_is_another()
    {
        Backup made = await scene.CreateAsync(volume);
        IReadOnlyList<string> kinds = [OperationKind.CreateVolumeBackup];
        ClaimOffer others = new("node2", ["volume:local", "volume:devices@node2"], kinds);
        Assert.Null(await scene.Core.Queue.ClaimAsync(others, default));
        await scene.Core.DrainAsync();
        Assert.Equal(BackupStatus.Available, (await scene.Core.Catalog.BackupAsync(made.Id))!.Status);
    }

    [Fact]
    public async Task A_device_of_another_size_is_neither_read_nor_written()
    {
        Backup backup = await scene.BackUpAsync(volume);
        await using LoopDevice other = await OtherAsync(Size * 2);
        Backup made = await scene.CreateAsync(volume);
        await scene.Core.DrainAsync();
        Backup waiting = (await scene.Core.Catalog.BackupAsync(made.Id))!;
        Assert.Equal(BackupStatus.Creating, waiting.Status);
        Assert.Contains($"has {Size * 2} bytes instead of {Size}", waiting.FailReason, StringComparison.Ordinal);
        Operation operation = Assert.Single(
            await scene.Core.Catalog.ReadAsync(s => s.Operations.LiveOfVolumeAsync(volume.Id), default)
        );
        await scene.Core.Queue.CancelAsync(operation.Id, default);

        await scene.Backups.RestoreAsync(CoreFixture.Member, backup.Id, volume.Id, default);
        await scene.Core.DrainAsync();
        Assert.Equal(VolumeStatus.RestoringBackup, await scene.StatusAsync(volume));
        Assert.Equal(new byte[Size * 2], await File.ReadAllBytesAsync(scene.Core.Directory["other"]));
        // Nothing was written, so that a cancel gives the volume back.
        operation = Assert.Single(
            await scene.Core.Catalog.ReadAsync(s => s.Operations.LiveOfVolumeAsync(volume.Id), default)
        );
        await scene.Core.Queue.CancelAsync(operation.Id, default);
        Assert.Equal(VolumeStatus.Available, await scene.StatusAsync(volume));
    }

    [Fact]
    public async Task A_resized_device_is_registered_again()
    {
        Backup backup = await scene.BackUpAsync(volume);
        await using LoopDevice other = await OtherAsync(Size * 2);
        VolumeAdoptionService adoption = scene.Core.Get<VolumeAdoptionService>();
        RegisteredVolume request = new($"/dev/{link}", volume.ProjectId, null, null);
        Volume again = await adoption.RegisterAsync(CoreFixture.Admin, request, default);
        Assert.Equal((volume.Id, Size * 2), (again.Id, again.Bytes));
        Assert.Equal(Size * 2, (await scene.BackUpAsync(volume)).Bytes);
        await RestoreAsync(backup);
    }

    [Fact]
    public async Task A_file_in_its_place_is_no_device()
    {
        File.Delete($"/dev/{link}");
        await File.WriteAllBytesAsync($"/dev/{link}", new byte[100]);
        Backup made = await scene.CreateAsync(volume);
        await scene.Core.DrainAsync();
        Backup failed = (await scene.Core.Catalog.BackupAsync(made.Id))!;
        Assert.Equal(BackupStatus.Error, failed.Status);
        Assert.Contains("is no block device", failed.FailReason, StringComparison.Ordinal);
    }

    /// <summary>The name leads to another device from here on.</summary>
    private async Task<LoopDevice> OtherAsync(int bytes)
    {
        await File.WriteAllBytesAsync(scene.Core.Directory["other"], new byte[bytes]);
        LoopDevice other = await LoopDevice.OverAsync(scene.Core.Directory["other"]);
        File.Delete($"/dev/{link}");
        File.CreateSymbolicLink($"/dev/{link}", other.Name);
        return other;
    }

    private async Task RestoreAsync(Backup backup)
    {
        await scene.Backups.RestoreAsync(CoreFixture.Member, backup.Id, volume.Id, default);
        await scene.Core.DrainAsync();
        Assert.Equal(VolumeStatus.Available, await scene.StatusAsync(volume));
    }

    private static byte[] Content(int seed)
    {
        byte[] content = new byte[Size];
        new Random(seed).NextBytes(content);
        return content;
    }
}
