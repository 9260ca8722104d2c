using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Files;
using Holdfast.Engine.Images;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Engine.Images;

public sealed class ImageSourceTests
{
    [Fact]
    public void A_file_is_opened_with_its_size()
    {
        using var temporary = new TemporaryDirectory();
        RawFiles.Write(temporary["image"], "content");
        using ImageSource source = Open(temporary, "image");
        Assert.Equal((7L, false), (source.Size, source.IsBlockDevice));
        Assert.Throws<EngineError>(() => Open(temporary, "image", device: true).Dispose());
    }

    [Fact]
    public void A_file_with_two_names_is_refused()
    {
        using var temporary = new TemporaryDirectory();
        RawFiles.Write(temporary["image"], "content");
        RawFiles.Link(temporary["image"], temporary["other"]);
        EngineError error = Assert.Throws<EngineError>(() => Open(temporary, "image").Dispose());
        Assert.Contains("has 2 names (hard links)", error.PublicMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_image_is_not_opened()
    {
        using var temporary = new TemporaryDirectory();
        RawFiles.Write(temporary["image"], "content");
        RawFiles.Symlink("image", temporary["link"]);
        RawFiles.MakeDirectory(temporary["directory"]);
        RawFiles.MakeNode(temporary["fifo"], FileKind.Fifo);
        RawFiles.MakeNode(temporary["zero"], FileKind.CharDevice, 1, 5);
        foreach (string name in (string[])["link", "directory", "fifo", "zero", "nothing", ".."])
        {
            EngineError error = Assert.Throws<EngineError>(() => Open(temporary, name).Dispose());
            Assert.Equal(EngineErrorKind.Files, error.Kind);
            Assert.StartsWith("The volume's image ", error.PublicMessage, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_block_device_is_opened_only_when_asked_for()
    {
        using var temporary = new TemporaryDirectory();
        RawFiles.Write(temporary["image"], new byte[1 << 20]);
        await using LoopDevice device = await LoopDevice.OverAsync(temporary["image"]);
        using DirectoryHandle directory = DirectoryHandle.Open("/dev");
        EngineError error = Assert.Throws<EngineError>(() =>
            ImageSource.Open(directory, Encoding.UTF8.GetBytes(device.Name)).Dispose()
        );
        Assert.Equal(EngineErrorKind.Files, error.Kind);
        using ImageSource source = ImageSource.Open(directory, Encoding.UTF8.GetBytes(device.Name), device: true);
        Assert.Equal((1L << 20, true), (source.Size, source.IsBlockDevice));
    }

    [Fact]
    public async Task A_device_is_read_as_it_is_now_and_not_as_somebody_read_it_before()
    {
        using var temporary = new TemporaryDirectory();
        RawFiles.Write(temporary["image"], new byte[1 << 20]);
        await using LoopDevice device = await LoopDevice.OverAsync(temporary["image"]);
        // Held open, for the cache goes with the last who has it open.
        await using FileStream held = new(device.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Assert.Equal(0, held.ReadByte());
        using (FileStream image = RawFiles.OpenWrite(temporary["image"]))
        {
            image.WriteByte(7);
            image.Flush(flushToDisk: true);
        }
        using DirectoryHandle directory = DirectoryHandle.Open("/dev");
        using ImageSource source = ImageSource.Open(directory, Encoding.UTF8.GetBytes(device.Name), device: true);
        byte[] first = new byte[1];
        Assert.Equal(Errno.None, source.File.TryRead(0, first, out _));
        Assert.Equal(7, first[0]);
    }

    private static ImageSource Open(TemporaryDirectory temporary, string name, bool device = false)
    {
        using DirectoryHandle directory = DirectoryHandle.Open(temporary.Path);
        return ImageSource.Open(directory, Encoding.UTF8.GetBytes(name), device);
    }
}
