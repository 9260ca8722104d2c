using Holdfast.Engine;
using Holdfast.Engine.Images;
using Xunit;

namespace Holdfast.Tests.Engine.Images;

/// <summary>A damaged repository: the image is named, all that can be had is restored, and success is not claimed.</summary>
public sealed class ImageDamageTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhatIsNotDamagedIsRestored(bool isMissing)
    {
        await using ImageScene scene = await ImageScene.MakeAsync();
        byte[] content = ImageScene.RandomBytes(1, 24 * ImageScene.Mebi);
        ImageRestoreSource source = await scene.BackUpAsync(content);
        string pack = Directory
            .GetFiles(Path.Combine(scene.RepositoryPath, "data"), "*", SearchOption.AllDirectories)
            .MaxBy(file => new FileInfo(file).Length)!;
        byte[] stored = await File.ReadAllBytesAsync(pack);
        File.Delete(pack);
        if (!isMissing)
        {
            stored[stored.Length / 3] ^= 1;
            await File.WriteAllBytesAsync(pack, stored);
        }
        byte[] before = ImageScene.Opposite(content);
        await File.WriteAllBytesAsync(scene.Target, before);
        using ImageTarget target = scene.Open();
        ImageRestore restore = scene.Restore(source, target);

        EngineError error = await Assert.ThrowsAsync<EngineError>(() => restore.RunAsync(CancellationToken.None));

        Assert.Equal((EngineErrorKind.Damaged, false), (error.Kind, error.Temporary));
        Assert.Contains("/the-source/volume.raw", error.Message, StringComparison.Ordinal);
        Assert.Contains("/the-source/volume.raw", error.PublicMessage, StringComparison.Ordinal);
        ImageRestoreReport report = restore.Report;
        Assert.InRange(report.BytesMissing, 1, isMissing ? stored.Length : 8 * ImageScene.Mebi);
        Assert.Equal(content.Length, report.BytesWritten + report.BytesMissing);
        byte[] after = await File.ReadAllBytesAsync(scene.Target);
        int old = Enumerable.Range(0, after.Length).Count(i => after[i] == before[i]);
        Assert.Equal(report.BytesMissing, old);
        Assert.Equal(report.BytesWritten, Enumerable.Range(0, after.Length).Count(i => after[i] == content[i]));
    }

    [Fact]
    public async Task AnImageWithABlobThatNoIndexListsIsNotTouched()
    {
        await using ImageScene scene = await ImageScene.MakeAsync();
        byte[] content = ImageScene.RandomBytes(3, 2 * ImageScene.Mebi);
        ImageRestoreSource source = await scene.BackUpAsync(content);
        source = source with { File = source.File with { Content = [.. source.File.Content!, default] } };
        byte[] before = new byte[content.Length];
        await File.WriteAllBytesAsync(scene.Target, before);
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => scene.RestoreAsync(source));
        Assert.Equal((EngineErrorKind.Damaged, false), (error.Kind, error.Temporary));
        Assert.Contains("/the-source/volume.raw: no index lists", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(scene.Target));
    }

    [Fact]
    public async Task AnImageWhoseBlobsAreNotItsLengthIsNotTouched()
    {
        await using ImageScene scene = await ImageScene.MakeAsync();
        ImageRestoreSource source = await scene.BackUpAsync(ImageScene.RandomBytes(4, 2 * ImageScene.Mebi));
        source = source with { File = source.File with { Size = source.File.Size + 1 } };
        byte[] before = new byte[source.Size];
        await File.WriteAllBytesAsync(scene.Target, before);
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => scene.RestoreAsync(source));
        Assert.Equal(EngineErrorKind.Damaged, error.Kind);
        Assert.Equal(before, await File.ReadAllBytesAsync(scene.Target));
    }
}
