using Holdfast.Engine;
using Holdfast.Engine.Files;
using Holdfast.Engine.Images;
using Holdfast.Testing.Files;
using Holdfast.Testing.Objects;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Engine.Images;

public sealed class ImageRestoreTests : IAsyncLifetime
{
    private const int Mebi = ImageScene.Mebi;
    private const int Block = ImageScene.Block;

    private ImageScene scene = null!;

    public async ValueTask InitializeAsync() => scene = await ImageScene.MakeAsync();

    public ValueTask DisposeAsync() => scene.DisposeAsync();

    [Fact]
    public async Task AnEmptyFileGetsTheDataAndKeepsTheHoles()
    {
        byte[] content = WithHoles();
        ImageRestoreSource source = await scene.BackUpAsync(content);
        ImageScene.WriteSparsely(scene.Target, new byte[content.Length]);
        ImageRestoreReport report = await scene.RestoreAsync(source);
        Assert.Equal(content, await File.ReadAllBytesAsync(scene.Target));
        Assert.Equal(content.Length, report.BytesWritten + report.BytesKept);
        Assert.Equal(DataBytes(content), report.BytesWritten);
        Assert.Equal((0, 0), (report.BytesZeroed, report.BytesMissing));
        AssertAsSparseAsTheOriginal();
    }

    [Fact]
    public async Task AnEqualFileIsReadAndNothingElse()
    {
        byte[] content = WithHoles();
        ImageRestoreSource source = await scene.BackUpAsync(content);
        ImageScene.WriteSparsely(scene.Target, content);
        int before = PackReads();
        FileTime time = RawFiles.Status(scene.Target).ModifyTime;
        ImageRestoreReport report = await scene.RestoreAsync(source);
        Assert.Equal(new ImageRestoreReport(content.Length, 0, 0, content.Length, 0), report);
        Assert.Equal(before, PackReads());
        Assert.Equal(time, RawFiles.Status(scene.Target).ModifyTime);
    }

    [Fact]
    public async Task WhatIsWrittenFollowsTheDifference()
    {
        byte[] content = ImageScene.RandomBytes(1, 32 * Mebi);
        ImageRestoreSource source = await scene.BackUpAsync(content);
        byte[] other = [.. content];
        for (int i = 0; i < 80; i++)
        {
            Span<byte> block = other.AsSpan(i * 101 * Block, Block);
            ImageScene.Opposite(block).CopyTo(block);
        }
        ImageScene.WriteSparsely(scene.Target, other);
        ImageRestoreReport report = await scene.RestoreAsync(source);
        Assert.Equal(content, await File.ReadAllBytesAsync(scene.Target));
        Assert.Equal(80 * Block, report.BytesWritten);
        Assert.Equal(content.Length - (80 * Block), report.BytesKept);
    }

    [Fact]
    public async Task DataWhereTheBackupHasZerosIsGivenBack()
    {
        byte[] content = WithHoles();
        ImageRestoreSource source = await scene.BackUpAsync(content);
        await File.WriteAllBytesAsync(scene.Target, ImageScene.Opposite(content));
        ImageRestoreReport report = await scene.RestoreAsync(source);
        Assert.Equal(content, await File.ReadAllBytesAsync(scene.Target));
        Assert.Equal(content.Length, report.BytesWritten + report.BytesZeroed);
        Assert.Equal(DataBytes(content), report.BytesWritten);
        AssertAsSparseAsTheOriginal();
    }

    [Fact]
    public async Task BeyondTheBackupsEndALargerTargetStaysAsItIs()
    {
        byte[] content = ImageScene.RandomBytes(2, (3 * Mebi) + 512);
        ImageRestoreSource source = await scene.BackUpAsync(content);
        byte[] larger = ImageScene.RandomBytes(3, 4 * Mebi);
        await File.WriteAllBytesAsync(scene.Target, larger);
        await scene.RestoreAsync(source);
        content.CopyTo(larger, 0);
        Assert.Equal(larger, await File.ReadAllBytesAsync(scene.Target));
    }

    [Fact]
    public async Task ATooSmallTargetIsRefusedAndNotTouched()
    {
        ImageRestoreSource source = await scene.BackUpAsync(ImageScene.RandomBytes(4, 3 * Mebi));
        byte[] small = ImageScene.RandomBytes(5, (3 * Mebi) - 1);
        await File.WriteAllBytesAsync(scene.Target, small);
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => scene.RestoreAsync(source));
        Assert.Equal((EngineErrorKind.Files, false), (error.Kind, error.Temporary));
        Assert.Contains("3145728 bytes", error.Message, StringComparison.Ordinal);
        Assert.Contains("3145728 bytes", error.Advice, StringComparison.Ordinal);
        Assert.Equal(small, await File.ReadAllBytesAsync(scene.Target));
    }

    [Fact]
    public async Task WhoeverHoldsTheFileOpenReadsTheRestoredBytes()
    {
        byte[] content = ImageScene.RandomBytes(6, 2 * Mebi);
        ImageRestoreSource source = await scene.BackUpAsync(content);
        await File.WriteAllBytesAsync(scene.Target, new byte[2 * Mebi]);
        using FileStream held = RawFiles.OpenRead(scene.Target);
        await scene.RestoreAsync(source);
        byte[] read = new byte[content.Length];
        await held.ReadExactlyAsync(read);
        Assert.Equal(content, read);
    }

    [Fact]
    public async Task WhereThereAreNoHolesZerosAreWritten()
    {
        byte[] content = WithHoles();
        ImageRestoreSource source = await scene.BackUpAsync(content);
        await using TemporaryMount mount = await TemporaryMount.WithoutHolesAsync(scene.Targets);
        await File.WriteAllBytesAsync(scene.Target, ImageScene.Opposite(content));
        await scene.RestoreAsync(source);
        Assert.Equal(content, await File.ReadAllBytesAsync(scene.Target));
        Assert.Equal(content.Length, (await scene.RestoreAsync(source)).BytesKept);
    }

    [Fact]
    public async Task WhereAHoleIsRefusedZerosAreWritten()
    {
        byte[] content = WithHoles();
        ImageRestoreSource source = await scene.BackUpAsync(content);
        await using LoopDisk disk = await LoopDisk.Ext4Async();
        await File.WriteAllBytesAsync(disk["target"], ImageScene.Opposite(content));
        using (ImageTarget target = ImageScene.Open(disk.Path, "target"))
        {
            // A file that may only grow can be written to by whoever had it open, and takes no hole (EPERM).
            await ChangeAttributesAsync("+a", disk["target"]);
            await scene.Restore(source, target).RunAsync(CancellationToken.None);
        }
        await ChangeAttributesAsync("-a", disk["target"]);
        Assert.Equal(content, await File.ReadAllBytesAsync(disk["target"]));
    }

    [Fact]
    public async Task WhereNeitherAHoleNorZerosCanBeTheRestoreFails()
    {
        ImageRestoreSource source = await scene.BackUpAsync(new byte[2 * Mebi]);
        await using LoopDisk disk = await LoopDisk.Ext4Async();
        await File.WriteAllBytesAsync(disk["target"], ImageScene.RandomBytes(10, 2 * Mebi));
        using (ImageTarget target = ImageScene.Open(disk.Path, "target"))
        {
            await ChangeAttributesAsync("+i", disk["target"]);
            EngineError error = await Assert.ThrowsAsync<EngineError>(() =>
                scene.Restore(source, target).RunAsync(CancellationToken.None)
            );
            Assert.Contains("the target cannot be written", error.Message, StringComparison.Ordinal);
        }
        await ChangeAttributesAsync("-i", disk["target"]);
    }

    [Fact]
    public async Task AFullDiskEndsTheRestoreAndSaysSo()
    {
        ImageRestoreSource source = await scene.BackUpAsync(ImageScene.RandomBytes(9, 4 * Mebi));
        await using TemporaryMount mount = await TemporaryMount.OverAsync(scene.Targets, "2m");
        ImageScene.WriteSparsely(scene.Target, new byte[4 * Mebi]);
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => scene.RestoreAsync(source));
        Assert.Equal((EngineErrorKind.Files, false), (error.Kind, error.Temporary));
        Assert.Contains(
            "/volume.raw: the target cannot be written: No space left",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.Contains("No space left", error.PublicMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnEmptyImageIsRestored()
    {
        ImageRestoreSource source = await scene.BackUpAsync([]);
        await File.WriteAllBytesAsync(scene.Target, []);
        Assert.Equal(new ImageRestoreReport(0, 0, 0, 0, 0), await scene.RestoreAsync(source));
    }

    [Fact]
    public async Task ASnapshotOfATreeIsNoVolume()
    {
        await File.WriteAllTextAsync(Path.Combine(Path.GetDirectoryName(scene.Original)!, "file"), "content");
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => scene.BackUpAsync());
        Assert.Equal(EngineErrorKind.Invalid, error.Kind);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task AfterTheStoreFailedTheNextRunWritesTheRest(int read)
    {
        byte[] content = ImageScene.RandomBytes(7, 40 * Mebi);
        ImageRestoreSource source = await scene.BackUpAsync(content);
        ImageScene.WriteSparsely(scene.Target, new byte[content.Length]);
        scene.Store.Fail(StoreCall.Read, Fault.Temporarily, nth: read, times: int.MaxValue, beneath: "data/");
        ImageRestore restore;
        using (ImageTarget target = scene.Open())
        {
            restore = scene.Restore(source, target, workers: 1);
            EngineError error = await Assert.ThrowsAsync<EngineError>(() => restore.RunAsync(CancellationToken.None));
            Assert.Equal((EngineErrorKind.Store, true), (error.Kind, error.Temporary));
        }
        scene.Store.Mend();
        ImageRestoreReport rest = await scene.RestoreAsync(source);
        Assert.Equal(content, await File.ReadAllBytesAsync(scene.Target));
        Assert.Equal(read > 1, restore.Report.BytesWritten > 0);
        Assert.Equal(content.Length, restore.Report.BytesWritten + rest.BytesWritten);
    }

    [Fact]
    public async Task ACancelledRunIsCompletedByTheNext()
    {
        byte[] content = ImageScene.RandomBytes(8, 2 * Mebi);
        ImageRestoreSource source = await scene.BackUpAsync(content);
        ImageScene.WriteSparsely(scene.Target, new byte[content.Length]);
        using (ImageTarget target = scene.Open())
        {
            ImageRestore restore = scene.Restore(source, target);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => restore.RunAsync(new(canceled: true)));
            Assert.Equal(new ImageRestoreReport(content.Length, 0, 0, 0, 0), restore.Report);
        }
        await scene.RestoreAsync(source);
        Assert.Equal(content, await File.ReadAllBytesAsync(scene.Target));
    }

    [Fact]
    public async Task ABitThatFlipsOnItsWayIsReadAgain()
    {
        byte[] content = ImageScene.RandomBytes(10, 2 * Mebi);
        ImageRestoreSource source = await scene.BackUpAsync(content);
        ImageScene.WriteSparsely(scene.Target, new byte[content.Length]);
        scene.Store.Fail(StoreCall.Read, Fault.Flip, beneath: "data/");
        await scene.RestoreAsync(source);
        Assert.Equal(content, await File.ReadAllBytesAsync(scene.Target));
    }

    /// <summary>Any content over any other, with runs of zeros of any length, is restored, and a second run finds nothing to do.</summary>
    [Fact]
    public async Task AnythingIsRestoredOverAnything()
    {
        for (int seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            byte[] content = RandomRuns(random, random.Next(1, 3 * Mebi));
            byte[] before = random.Next(3) switch
            {
                0 => new byte[content.Length],
                1 => RandomRuns(random, content.Length + random.Next(2 * Block)),
                _ => Changed(random, content),
            };
            ImageRestoreSource source = await scene.BackUpAsync(content);
            if (random.Next(2) == 0)
            {
                ImageScene.WriteSparsely(scene.Target, before);
            }
            else
            {
                await File.WriteAllBytesAsync(scene.Target, before);
            }
            ImageRestoreReport report = await scene.RestoreAsync(source);
            content.CopyTo(before, 0);
            byte[] after = await File.ReadAllBytesAsync(scene.Target);
            Assert.True(before.AsSpan().SequenceEqual(after), $"seed {seed}");
            Assert.Equal(report.Size, report.BytesWritten + report.BytesZeroed + report.BytesKept);
            report = await scene.RestoreAsync(source);
            Assert.Equal((0, 0), (report.BytesWritten, report.BytesZeroed));
        }
    }

    private int PackReads() =>
        scene.Store.Done.Count(call =>
            call.Call == StoreCall.Read && call.Name.StartsWith("data/", StringComparison.Ordinal)
        );

    // File systems count what they need to know where blocks lie, and blobs begin and end within blocks.
    private static async Task ChangeAttributesAsync(string change, string path) =>
        (await ChildProcess.RunAsync("chattr", [change, path])).Checked("chattr");

    private void AssertAsSparseAsTheOriginal() =>
        Assert.InRange(ImageScene.Allocated(scene.Target), 1, ImageScene.Allocated(scene.Original) + (32 * Block));

    /// <summary>Data with one long hole, one at the end, and every second block of a stretch a hole.</summary>
    private static byte[] WithHoles()
    {
        byte[] content = ImageScene.RandomBytes(0, 24 * Mebi);
        content.AsSpan(5 * Mebi, 9 * Mebi).Clear();
        content.AsSpan(22 * Mebi).Clear();
        for (int block = 16 * Mebi; block < 17 * Mebi; block += 2 * Block)
        {
            content.AsSpan(block, Block).Clear();
        }
        return content;
    }

    private static long DataBytes(byte[] content) =>
        content.Chunk(Block).Where(block => block.AsSpan().ContainsAnyExcept((byte)0)).Sum(block => block.Length);

    private static byte[] RandomRuns(Random random, int length)
    {
        byte[] bytes = new byte[length];
        for (int start = 0; start < length; )
        {
            int run = Math.Min(length - start, 1 << random.Next(21));
            if (random.Next(2) == 0)
            {
                random.NextBytes(bytes.AsSpan(start, run));
            }
            start += run;
        }
        return bytes;
    }

    private static byte[] Changed(Random random, byte[] content)
    {
        byte[] changed = [.. content];
        for (int i = 0; i < 10; i++)
        {
            int start = random.Next(changed.Length);
            Span<byte> run = changed.AsSpan(start, Math.Min(changed.Length - start, 1 << random.Next(16)));
            if (random.Next(2) == 0)
            {
                random.NextBytes(run);
            }
            else
            {
                run.Clear();
            }
        }
        return changed;
    }
}
