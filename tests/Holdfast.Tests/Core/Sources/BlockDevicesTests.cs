using System.Globalization;
using Holdfast.Core.Sources;
using Holdfast.Engine.Files;
using Holdfast.Testing.Files;
using Xunit;
using FileStatus = Holdfast.Engine.Files.FileStatus;

namespace Holdfast.Tests.Core.Sources;

/// <summary>Which devices have bytes in common, as a kernel with two disks, a volume group and a loop device tells it.</summary>
public sealed class BlockDevicesTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly BlockDevices devices;

    public BlockDevicesTests()
    {
        directory.Make("sys/dev/block");
        Add("8:0", "sda");
        Add("8:1", "sda/sda1", partition: true);
        Add("8:2", "sda/sda2", partition: true);
        Add("8:16", "sdb");
        Add("254:0", "dm-0", "sda/sda2", "sdb");
        Add("254:1", "dm-1", "sdb");
        Add("7:1000", "loop1000");
        directory.Make("sys/devices/loop1000/loop");
        File.WriteAllText(directory["image"], "content");
        File.WriteAllText(directory["sys/devices/loop1000/loop/backing_file"], directory["image"] + "\n");
        devices = new BlockDevices(directory["sys"]);
    }

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData("8:0", "8:0", true)]
    [InlineData("8:0", "8:1", true)]
    [InlineData("8:0", "8:16", false)]
    [InlineData("8:1", "8:2", false)]
    [InlineData("254:0", "8:2", true)]
    [InlineData("254:0", "8:0", true)]
    [InlineData("254:0", "8:16", true)]
    [InlineData("254:0", "8:1", false)]
    [InlineData("254:0", "254:1", false)]
    [InlineData("254:1", "8:0", false)]
    [InlineData("7:1000", "8:0", false)]
    [InlineData("9:9", "8:0", false)]
    public void Partitions_and_mapped_devices_overlap_with_what_they_lie_on(string one, string other, bool overlap)
    {
        Assert.Equal(overlap, devices.Overlap(Device(one), Device(other)));
        Assert.Equal(overlap, devices.Overlap(Device(other), Device(one)));
    }

    [Fact]
    public void A_loop_device_overlaps_with_its_file_while_that_is_there()
    {
        using DirectoryHandle place = DirectoryHandle.Open(directory.Path);
        place.TryStat("image"u8, out FileStatus status);
        ImageIdentity image = ImageIdentity.Of(in status);
        Assert.True(devices.Overlap(image, Device("7:1000")));
        Assert.True(devices.Overlap(Device("7:1000"), image));
        File.Delete(directory["image"]);
        Assert.False(devices.Overlap(image, Device("7:1000")));
    }

    private static ImageIdentity Device(string number)
    {
        uint[] numbers = [.. number.Split(':').Select(text => uint.Parse(text, CultureInfo.InvariantCulture))];
        return new ImageIdentity(IsDevice: true, FileStatus.MakeDevice(numbers[0], numbers[1]), 0);
    }

    private void Add(string number, string place, params string[] slaves) => Add(number, place, false, slaves);

    private void Add(string number, string place, bool partition, params string[] slaves)
    {
        string made = directory.Make($"sys/devices/{place}");
        File.WriteAllText(Path.Join(made, "dev"), number + "\n");
        if (partition)
        {
            File.WriteAllText(Path.Join(made, "partition"), "1\n");
        }
        foreach (string slave in slaves)
        {
            directory.Make($"sys/devices/{place}/slaves");
            File.CreateSymbolicLink(
                Path.Join(made, "slaves", Path.GetFileName(slave)),
                directory[$"sys/devices/{slave}"]
            );
        }
        File.CreateSymbolicLink(directory[$"sys/dev/block/{number}"], $"../../devices/{place}");
    }
}
