using Holdfast.Engine;
using Holdfast.Engine.Images;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Engine.Images;

/// <summary>A volume that is a block device.</summary>
public sealed class ImageDeviceTests
{
    private const int Mebi = ImageScene.Mebi;

    [Fact]
    public async Task ADeviceIsRestored()
    {
        await using ImageScene scene = await ImageScene.MakeAsync();
        byte[] content = ImageScene.RandomBytes(1, 12 * Mebi);
        content.AsSpan(3 * Mebi, 6 * Mebi).Clear();
        ImageRestoreSource source = await scene.BackUpAsync(content);
        byte[] larger = [.. ImageScene.Opposite(content), .. ImageScene.RandomBytes(2, 4 * Mebi)];
        await File.WriteAllBytesAsync(scene.Target, larger);
        await using (LoopDevice device = await LoopDevice.OverAsync(scene.Target))
        {
            ImageRestoreReport report = await RestoreAsync(scene, source, device);
            Assert.Equal(6 * Mebi, report.BytesZeroed);
            Assert.Equal(6 * Mebi, report.BytesWritten);
            report = await RestoreAsync(scene, source, device);
            Assert.Equal(content.Length, report.BytesKept);
        }
        content.CopyTo(larger, 0);
        Assert.Equal(larger, await File.ReadAllBytesAsync(scene.Target));
        // Zeros were given back to the device, which is a file: it has a hole.
        Assert.InRange(ImageScene.Allocated(scene.Target), 0, 11 * Mebi);
    }

    [Fact]
    public async Task ATooSmallDeviceIsRefused()
    {
        await using ImageScene scene = await ImageScene.MakeAsync();
        ImageRestoreSource source = await scene.BackUpAsync(ImageScene.RandomBytes(3, 2 * Mebi));
        await File.WriteAllBytesAsync(scene.Target, new byte[Mebi]);
        await using LoopDevice device = await LoopDevice.OverAsync(scene.Target);
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => RestoreAsync(scene, source, device));
        Assert.Contains("the target has 1048576", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatCannotBeReadIsWritten()
    {
        await using ImageScene scene = await ImageScene.MakeAsync();
        ImageRestoreSource source = await scene.BackUpAsync(new byte[8 * Mebi]);
        await File.WriteAllBytesAsync(scene.Target, ImageScene.RandomBytes(4, 8 * Mebi));
        await using (LoopDevice device = await LoopDevice.OverAsync(scene.Target))
        {
            // The device does not know that half of it is gone: reads fail there, and writes bring it back.
            using (FileStream file = File.OpenWrite(scene.Target))
            {
                file.SetLength(4 * Mebi);
            }
            ImageRestoreReport report = await RestoreAsync(scene, source, device);
            Assert.Equal((4 * Mebi, 4 * Mebi), (report.BytesZeroed, report.BytesWritten));
        }
        Assert.Equal(new byte[8 * Mebi], await File.ReadAllBytesAsync(scene.Target));
    }

    [Fact]
    public async Task AMountedDeviceIsRefused()
    {
        await using LoopDisk disk = await LoopDisk.Ext4Async();
        string device = (
            await ChildProcess.RunAsync("findmnt", ["--noheadings", "--output", "SOURCE", "--mountpoint", disk.Path])
        )
            .Checked("findmnt")
            .Output.Trim();
        EngineError error = Assert.Throws<EngineError>(() =>
            ImageScene.Open("/dev", Path.GetFileName(device), device: true)
        );
        Assert.Contains("is mounted", error.Message, StringComparison.Ordinal);
    }

    private static async Task<ImageRestoreReport> RestoreAsync(
        ImageScene scene,
        ImageRestoreSource source,
        LoopDevice device
    )
    {
        using ImageTarget target = ImageScene.Open("/dev", device.Name, device: true);
        return await scene.Restore(source, target).RunAsync(CancellationToken.None);
    }
}
