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
            EngineError error = Assert.Throws<EngineError>(() => Open(temporary, name, devices: true).Dispose());
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
        using ImageSource source = ImageSource.Open(directory, Encoding.UTF8.GetBytes(device.Name), devices: true);
        Assert.Equal((1L << 20, true), (source.Size, source.IsBlockDevice));
    }

    private static ImageSource Open(TemporaryDirectory temporary, string name, bool devices = false)
    {
        using DirectoryHandle directory = DirectoryHandle.Open(temporary.Path);
        return ImageSource.Open(directory, Encoding.UTF8.GetBytes(name), devices);
    }
}
