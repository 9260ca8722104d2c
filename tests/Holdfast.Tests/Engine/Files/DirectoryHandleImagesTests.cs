using Holdfast.Engine.Files;
using Holdfast.Testing.Files;
using Xunit;
using FileStatus = Holdfast.Testing.Files.FileStatus;

namespace Holdfast.Tests.Engine.Files;

public sealed class DirectoryHandleImagesTests : IDisposable
{
    private readonly TemporaryDirectory temporary = new();
    private readonly DirectoryHandle directory;

    public DirectoryHandleImagesTests() => directory = DirectoryHandle.Open(temporary.Path);

    public void Dispose()
    {
        directory.Dispose();
        temporary.Dispose();
    }

    [Fact]
    public void Makes_a_file_that_is_one_hole()
    {
        Assert.Equal(Errno.None, directory.TryMakeSparseFile("image"u8, 1L << 32));
        FileStatus status = RawFiles.Status(temporary["image"]);
        Assert.Equal((1L << 32, 0, 0x180), (status.Size, status.Blocks, status.Permissions));
    }

    [Fact]
    public void Makes_no_file_over_another()
    {
        RawFiles.Write(temporary["image"], "content");
        Assert.Equal(Errno.EEXIST, directory.TryMakeSparseFile("image"u8, 10));
        Assert.Equal("content", File.ReadAllText(temporary["image"]));
    }

    [Fact]
    public void Leaves_nothing_of_a_file_that_cannot_be_so_large()
    {
        Assert.NotEqual(Errno.None, directory.TryMakeSparseFile("image"u8, -1));
        Assert.False(RawFiles.Exists(temporary["image"]));
    }

    [Fact]
    public void Removes_a_file_once_and_again()
    {
        RawFiles.Write(temporary["image"], "content");
        Assert.Equal(Errno.None, directory.TryUnlinkDurably("image"u8));
        Assert.False(RawFiles.Exists(temporary["image"]));
        Assert.Equal(Errno.None, directory.TryUnlinkDurably("image"u8));
        temporary.Make("child");
        Assert.Equal(Errno.EISDIR, directory.TryUnlinkDurably("child"u8));
    }

    [Fact]
    public async Task Clones_a_file_into_another_directory()
    {
        await using LoopDisk disk = await LoopDisk.XfsAsync();
        Directory.CreateDirectory(disk["captures"]);
        byte[] content = new byte[1 << 20];
        new Random(1).NextBytes(content);
        await File.WriteAllBytesAsync(disk["image"], content);
        using DirectoryHandle from = DirectoryHandle.Open(disk.Path);
        using DirectoryHandle to = DirectoryHandle.Open(disk["captures"]);
        using FileHandle original = Open(from);
        Assert.Equal(Errno.None, to.TryCloneFile("clone"u8, original));
        Assert.Equal(Errno.EEXIST, to.TryCloneFile("clone"u8, original));
        await File.WriteAllTextAsync(disk["image"], "later");
        Assert.Equal(content, await File.ReadAllBytesAsync(disk["captures/clone"]));
    }

    [Fact]
    public async Task Says_where_blocks_cannot_be_shared_and_leaves_nothing()
    {
        await using LoopDisk disk = await LoopDisk.Ext4Async();
        await File.WriteAllTextAsync(disk["image"], "content");
        using DirectoryHandle from = DirectoryHandle.Open(disk.Path);
        using FileHandle original = Open(from);
        Assert.True(from.TryCloneFile("clone"u8, original).MeansNoSharing());
        Assert.True(directory.TryCloneFile("clone"u8, original).MeansNoSharing());
        Assert.False(RawFiles.Exists(disk["clone"]));
        Assert.False(RawFiles.Exists(temporary["clone"]));
    }

    [Fact]
    public async Task Knows_the_size_of_a_device()
    {
        await File.WriteAllBytesAsync(temporary["image"], new byte[3 << 20]);
        await using LoopDevice device = await LoopDevice.OverAsync(temporary["image"]);
        using DirectoryHandle devices = DirectoryHandle.Open("/dev");
        byte[] name = System.Text.Encoding.ASCII.GetBytes(device.Name);
        Assert.Equal(Errno.None, devices.TryOpenFile(name, out FileHandle? opened));
        using (opened)
        {
            Assert.Equal(Errno.None, opened!.TryReadDeviceSize(out long size));
            Assert.Equal(3 << 20, size);
        }
        using FileHandle file = Open(directory);
        Assert.Equal(Errno.ENOTTY, file.TryReadDeviceSize(out _));
    }

    private static FileHandle Open(DirectoryHandle directory)
    {
        Assert.Equal(Errno.None, directory.TryOpenFile("image"u8, out FileHandle? file));
        return file!;
    }
}
