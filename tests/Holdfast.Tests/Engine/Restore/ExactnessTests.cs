using Holdfast.Engine;
using Holdfast.Engine.Restore;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Engine.Restore;

/// <summary>After a restore the target equals the backup, whatever it was before.</summary>
public sealed class ExactnessTests(BackedUpTree tree) : IClassFixture<BackedUpTree>
{
    [Fact]
    public async Task WhatResticBackedUpIsRestoredWhole()
    {
        using var target = new TemporaryDirectory();
        RestoreReport report = await tree.RestoreAsync(target.Path, new RestoreOptions { Verify = true });
        TreeComparer.AssertEqual(tree.Source, target.Path, BackedUpTree.Equality);
        Assert.True(report.BytesWritten > 0);
        Assert.Equal(0, report.BytesKept);
    }

    /// <summary>In a new file, and where bytes stand in the hole's place.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HolesAreKept(bool filled)
    {
        using var target = new TemporaryDirectory();
        RawPath sparse = target["sparse"];
        RawFiles.MakeDirectory(sparse);
        foreach (RawPath name in filled ? RawFiles.List((RawPath)tree.Source / "sparse") : [])
        {
            RawFiles.Write(sparse / name, Enumerable.Repeat((byte)1, 10_000_000).ToArray());
        }
        await tree.RestoreAsync(target.Path);
        TreeComparer.AssertEqual(tree.Source, target.Path, BackedUpTree.Equality);
        foreach (RawPath name in RawFiles.List(sparse))
        {
            long expected = RawFiles.Status((RawPath)tree.Source / "sparse" / name).Blocks;
            Assert.InRange(RawFiles.Status(sparse / name).Blocks, 0, expected + 64);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task AChangedTargetIsMadeRight(int seed)
    {
        using var target = new TemporaryDirectory();
        await tree.RestoreAsync(target.Path);
        Changes.Apply(target.Path, seed);
        Assert.NotEmpty(TreeComparer.Compare(tree.Source, target.Path, BackedUpTree.Equality));
        RestoreReport report = await tree.RestoreAsync(target.Path);
        TreeComparer.AssertEqual(tree.Source, target.Path, BackedUpTree.Equality);
        Assert.True(report.Deleted > 0);
        Assert.True(report.BytesKept > report.BytesWritten);
    }

    [Fact]
    public async Task WhatIsRightIsNotWrittenAgain()
    {
        using var target = new TemporaryDirectory();
        await tree.RestoreAsync(target.Path);
        Dictionary<RawPath, FileStatus> before = Statuses(target.Path);
        RestoreReport report = await tree.RestoreAsync(target.Path);
        Assert.Equal(0, report.BytesWritten);
        Assert.Equal(0, report.Deleted);
        Assert.Equal(before, Statuses(target.Path));
    }

    [Fact]
    public async Task AForgedTimeHidesNothing()
    {
        using var target = new TemporaryDirectory();
        await tree.RestoreAsync(target.Path);
        RawPath file = target["sizes/text"];
        FileTime time = RawFiles.Status(file).ModifyTime;
        using (FileStream stream = RawFiles.OpenWrite(file))
        {
            stream.Position = 1000;
            stream.Write("forged"u8);
        }
        RawFiles.SetModifyTime(file, time);
        RestoreReport report = await tree.RestoreAsync(target.Path);
        TreeComparer.AssertEqual(tree.Source, target.Path, BackedUpTree.Equality);
        Assert.InRange(report.BytesWritten, 1, 8 * 1024 * 1024);
    }

    [Fact]
    public async Task OnlyTheBlobsThatDifferAreWritten()
    {
        using var target = new TemporaryDirectory();
        await tree.RestoreAsync(target.Path);
        RawPath file = target["sizes/big"];
        FileStatus before = RawFiles.Status(file);
        using (FileStream stream = RawFiles.OpenWrite(file))
        {
            stream.Position = before.Size / 2;
            stream.Write("x"u8);
        }
        RestoreReport report = await tree.RestoreAsync(target.Path);
        TreeComparer.AssertEqual(tree.Source, target.Path, BackedUpTree.Equality);
        Assert.InRange(report.BytesWritten, 1, 8 * 1024 * 1024);
        Assert.Equal(before.Inode, RawFiles.Status(file).Inode);
    }

    /// <summary>The files are the very ones that were backed up: their inodes say that nothing happened to them.</summary>
    [Fact]
    public async Task InTheSourceItselfOnlyWhatChangedIsRead()
    {
        await using var own = new BackedUpTree();
        await own.InitializeAsync();
        using var copy = new TemporaryDirectory();
        await own.RestoreAsync(copy.Path);
        Changes.Apply(own.Source, seed: 5);
        await own.RestoreAsync(own.Source);
        TreeComparer.AssertEqual(copy.Path, own.Source, BackedUpTree.Equality);
    }

    [Fact]
    public async Task WithoutExactNothingIsDeleted()
    {
        using var target = new TemporaryDirectory();
        RawPath extra = target["names"];
        RawFiles.MakeDirectory(extra);
        RawFiles.Write(extra / "extra", "kept\n");
        RawFiles.MakeDirectory(target["links"]);
        RawFiles.MakeDirectory(target["links/target"]);
        var options = new RestoreOptions { Exact = false };
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => tree.RestoreAsync(target.Path, options));
        Assert.Equal(EngineErrorKind.Files, error.Kind);
        Assert.Contains("/links/target", error.Message, StringComparison.Ordinal);
        Assert.True(RawFiles.Exists(extra / "extra"));
        string[] expected = ["links/target", "names/extra"];
        Assert.All(
            TreeComparer.Compare(tree.Source, target.Path, BackedUpTree.Equality),
            difference => Assert.Contains(expected, path => difference.StartsWith(path, StringComparison.Ordinal))
        );
    }

    private static Dictionary<RawPath, FileStatus> Statuses(string directory) =>
        RawFiles.Walk(directory).ToDictionary(path => path, path => RawFiles.Status(directory / path));
}
