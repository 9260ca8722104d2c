using Holdfast.Core;
using Holdfast.Core.Model;
using Holdfast.Core.Sources;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Core.Sources;

/// <summary>Which images and devices may become volumes, and what each of the others is refused with.</summary>
public sealed class VolumeAdoptionTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly VolumeAdoption adoption;

    public VolumeAdoptionTests()
    {
        string root = directory.Make("root");
        directory.Make("root/data/keys");
        directory.Make("root/store");
        directory.Make("root/shares");
        directory.Make("root/trash");
        directory.Make("root/deep/er");
        directory.Make("outside");
        foreach (string file in new[] { "root/image", "root/deep/er/image", "root/trash/image", "outside/image" })
        {
            File.WriteAllText(directory[file], "content");
        }
        File.WriteAllText(directory["root/data/keys/master.key"], "secret");
        File.WriteAllText(directory["root/store/pack"], "content");
        File.WriteAllText(directory["root/empty"], "");
        File.CreateSymbolicLink(directory["root/link"], "image");
        File.CreateSymbolicLink(directory["root/way"], directory["outside"]);
        RawFiles.Link((RawPath)directory["root/deep/er/image"], (RawPath)directory["root/second"]);
        RawFiles.MakeNode((RawPath)directory["root/fifo"], FileKind.Fifo);
        CoreOptions options = new()
        {
            DataDirectory = directory["root/data"],
            OwnDirectories = [directory["root/store"]],
            Node = "node1",
            Roles = new HashSet<string>(),
            ShareRoots = [new("local", directory["root/shares"])],
            VolumeRoots = [new("big", root), new("devices", "/dev")],
            PublicUrl = "",
        };
        Roots roots = new(options, TimeProvider.System);
        foreach (NamedRoot one in roots.All.Where(one => !Roots.IsOfDevices(one)))
        {
            File.WriteAllText(Path.Join(one.Path, ".holdfast-root"), one.Name);
            roots.Know(one.Name, one.Name);
        }
        adoption = new VolumeAdoption(roots, new VolumeRoots(roots), new BlockDevices(), options);
    }

    public void Dispose() => directory.Dispose();

    [Fact]
    public void An_image_beneath_a_root_is_found_with_its_size()
    {
        using (FileStream image = File.OpenWrite(directory["root/image"]))
        {
            image.SetLength((3L << 30) + 1);
        }
        FoundImage found = adoption.Locate(directory["root/./image"]);
        Assert.Equal(
            ("volume:big", "image", VolumeKind.File, (3L << 30) + 1),
            (found.Root, found.Path, found.Kind, found.Bytes)
        );
        Assert.Equal(4, Volume.Gibibytes(found.Bytes));
    }

    [Theory]
    [InlineData("image", "is not an absolute path")]
    [InlineData("/root/../outside/image", "contains '..'")]
    [InlineData("/outside/image", "it lies beneath none of the volume roots")]
    [InlineData("/root", "it is, or contains, a volume root")]
    [InlineData("/root/shares", "it is, or contains, a share root")]
    [InlineData("/root/deep", "it is a directory")]
    [InlineData("/root/gone", "there is no such file")]
    [InlineData("/root/gone/image", "there is no such directory")]
    [InlineData("/root/image/beneath", "it is not a directory")]
    [InlineData("/root/link", "it is a symbolic link")]
    [InlineData("/root/way/image", "of a symbolic link, give the path it leads to")]
    [InlineData("/root/second", "it has 2 names (hard links)")]
    [InlineData("/root/empty", "it is empty")]
    [InlineData("/root/fifo", "it is neither a regular file nor a block device")]
    [InlineData("/root/trash/image", "'trash' beneath a root is the service's own")]
    [InlineData("/root/.holdfast-root", "'.holdfast-root' beneath a root is the service's own")]
    [InlineData("/root/data/keys/master.key", "the service's data directory")]
    [InlineData("/root/store/pack", "which the service keeps its own things in")]
    public void What_must_not_become_a_volume_is_refused_and_says_why(string path, string why)
    {
        string given = path[0] == '/' ? directory.Path + path : path;
        ServiceError error = Assert.Throws<ServiceError>(() => adoption.Locate(given));
        Assert.Equal(ServiceErrorKind.Invalid, error.Kind);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_too_long_is_refused()
    {
        string given = $"{directory.Path}/root/{string.Concat(Enumerable.Repeat("a/", 512))}b";
        ServiceError error = Assert.Throws<ServiceError>(() => adoption.Locate(given));
        Assert.Equal(ServiceErrorKind.Invalid, error.Kind);
        Assert.Contains("has more than 1024 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_character_device_is_refused() =>
        Assert.Contains(
            "it is neither a regular file nor a block device",
            Assert.Throws<ServiceError>(() => adoption.Locate("/dev/null")).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public async Task A_device_is_found_with_its_size_and_is_the_same_by_another_node()
    {
        await File.WriteAllBytesAsync(directory["disk"], new byte[3 << 20]);
        await using LoopDevice device = await LoopDevice.OverAsync(directory["disk"]);
        FoundImage found = adoption.Locate(device.Path);
        Assert.Equal(
            ("volume:devices@node1", device.Name, VolumeKind.Block, 3 << 20),
            (found.Root, found.Path, found.Kind, found.Bytes)
        );

        string minor = device.Name["loop".Length..];
        (await ChildProcess.RunAsync("mknod", [directory["root/node"], "b", "7", minor])).Checked("mknod");
        FoundImage other = adoption.Locate(directory["root/node"]);
        Assert.Equal(found.Identity, other.Identity);
        Assert.NotEqual(found.Identity, adoption.Locate(directory["root/image"]).Identity);
    }

    [Fact]
    public async Task A_device_is_found_by_a_name_that_stays_its_own()
    {
        await File.WriteAllBytesAsync(directory["disk"], new byte[3 << 20]);
        await using LoopDevice device = await LoopDevice.OverAsync(directory["disk"]);
        string names = $"holdfast-{Guid.NewGuid()}";
        Directory.CreateDirectory($"/dev/{names}");
        try
        {
            File.CreateSymbolicLink($"/dev/{names}/disk", $"../{device.Name}");
            FoundImage found = adoption.Locate($"/dev/{names}/disk");
            Assert.Equal(
                ("volume:devices@node1", $"{names}/disk", VolumeKind.Block, 3 << 20),
                (found.Root, found.Path, found.Kind, found.Bytes)
            );
            Assert.Equal(adoption.Locate(device.Path).Identity, found.Identity);

            // Out of the root, and to what is no device.
            File.CreateSymbolicLink($"/dev/{names}/outside", "../../etc/passwd");
            Refuses($"/dev/{names}/outside", "leads, out of its root");
            File.CreateSymbolicLink($"/dev/{names}/null", "../null");
            Refuses($"/dev/{names}/null", "it is a symbolic link");
            // Elsewhere no link is followed.
            File.CreateSymbolicLink(directory["root/disk"], device.Path);
            Refuses(directory["root/disk"], "it is a symbolic link");
        }
        finally
        {
            Directory.Delete($"/dev/{names}", recursive: true);
        }
    }

    private void Refuses(string path, string why) =>
        Assert.Contains(
            why,
            Assert.Throws<ServiceError>(() => adoption.Locate(path)).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public async Task A_device_that_is_mounted_is_refused()
    {
        await File.WriteAllBytesAsync(directory["disk"], new byte[16 << 20]);
        (await ChildProcess.RunAsync("mkfs.ext4", ["-q", directory["disk"]])).Checked("mkfs.ext4");
        await using LoopDevice device = await LoopDevice.OverAsync(directory["disk"]);
        (await ChildProcess.RunAsync("mount", [device.Path, directory.Make("mounted")])).Checked("mount");
        try
        {
            ServiceError error = Assert.Throws<ServiceError>(() => adoption.Locate(device.Path));
            Assert.Contains("it is mounted, or another program", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            (await ChildProcess.RunAsync("umount", [directory["mounted"]])).Checked("umount");
        }
    }
}
