using Holdfast.Engine;
using Holdfast.Engine.Images;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Engine.Images;

/// <summary>What somebody may have put where an image should be.</summary>
public sealed class ImageTargetTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public void AFileHasItsSize()
    {
        RawFiles.Write(directory["image"], "12345");
        using ImageTarget target = ImageScene.Open(directory.Path, "image");
        Assert.Equal(5, target.Size);
    }

    [Fact]
    public void AFileWithTwoNamesIsRefused()
    {
        RawFiles.Write(directory["image"], "content");
        RawFiles.Link(directory["image"], directory["other"]);
        AssertRefused("has 2 names");
    }

    [Fact]
    public void ASymbolicLinkIsRefused()
    {
        RawFiles.Write(directory["other"], "content");
        RawFiles.Symlink("other", directory["image"]);
        AssertRefused("is a symbolic link");
    }

    [Fact]
    public void NothingIsRefused() => AssertRefused("cannot be opened: No such file or directory");

    [Theory]
    [InlineData(FileKind.Fifo, false)]
    [InlineData(FileKind.Fifo, true)]
    [InlineData(FileKind.CharDevice, true)]
    [InlineData(FileKind.BlockDevice, false)]
    public void WhatIsNoImageIsRefused(FileKind kind, bool device)
    {
        RawFiles.MakeNode(directory["image"], kind, 1, 3);
        AssertRefused(device ? "is no block device" : "is no regular file", device);
    }

    [Fact]
    public void AFileWhereADeviceWasIsRefused()
    {
        RawFiles.Write(directory["image"], "content");
        AssertRefused("is no block device", device: true);
    }

    [Fact]
    public void ADirectoryIsRefused()
    {
        directory.Make("image");
        AssertRefused("is no regular file");
    }

    private void AssertRefused(string why, bool device = false)
    {
        EngineError error = Assert.Throws<EngineError>(() => ImageScene.Open(directory.Path, "image", device));
        Assert.Equal((EngineErrorKind.Files, false), (error.Kind, error.Temporary));
        Assert.Contains($"/image {why}", error.Message, StringComparison.Ordinal);
        Assert.Contains(why, error.PublicMessage, StringComparison.Ordinal);
        Assert.NotNull(error.Advice);
    }
}
