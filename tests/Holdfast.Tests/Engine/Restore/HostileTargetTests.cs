using Holdfast.Engine;
using Holdfast.Engine.Restore;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Engine.Restore;

/// <summary>The target's owner plants what could lead a restore astray. Nothing outside is touched, and it ends.</summary>
public sealed class HostileTargetTests(BackedUpTree tree) : IClassFixture<BackedUpTree>
{
    [Fact]
    public async Task ALinkPlantedForADirectoryIsReplaced()
    {
        using var target = new TemporaryDirectory();
        using var outside = new TemporaryDirectory();
        RawFiles.Write(outside["precious"], "outside\n");
        RawFiles.MakeDirectory(target["deep"]);
        foreach (string name in (string[])["names", "sizes", "deep/a-directory-at-level-0", "links", "extra"])
        {
            RawFiles.Symlink(outside.Path, target[name]);
        }
        await tree.RestoreAsync(target.Path);
        TreeComparer.AssertEqual(tree.Source, target.Path, BackedUpTree.Equality);
        Assert.Equal(["precious"], RawFiles.List(outside.Path));
    }

    [Fact]
    public async Task AFileLinkedToOneOutsideIsNotWrittenInto()
    {
        using var target = new TemporaryDirectory();
        using var outside = new TemporaryDirectory();
        await tree.RestoreAsync(target.Path);
        RawPath[] files = [target["sizes/text"], target["sizes/empty"], target["links/twin"], target["special/fifo"]];
        for (int i = 0; i < files.Length; i++)
        {
            RawPath precious = outside[$"{i}"];
            RawFiles.Delete(files[i]);
            RawFiles.Write(precious, $"outside {i}\n");
            RawFiles.Link(precious, files[i]);
        }
        Dictionary<RawPath, FileStatus> before = Statuses(outside.Path);
        await tree.RestoreAsync(target.Path);
        TreeComparer.AssertEqual(tree.Source, target.Path, BackedUpTree.Equality);
        foreach ((RawPath path, FileStatus status) in Statuses(outside.Path))
        {
            Assert.Equal(before[path] with { Links = 1 }, status);
        }
    }

    /// <summary>Even with the right content it is not the backup's file while somebody outside can write into it.</summary>
    [Fact]
    public async Task ARightFileThatIsLinkedOutsideIsParted()
    {
        using var target = new TemporaryDirectory();
        using var outside = new TemporaryDirectory();
        await tree.RestoreAsync(target.Path);
        foreach (string name in (string[])["sizes/text", "links/twin", "special/fifo"])
        {
            RawFiles.Link(target[name], outside[Path.GetFileName(name)]);
        }
        await tree.RestoreAsync(target.Path);
        TreeComparer.AssertEqual(tree.Source, target.Path, BackedUpTree.Equality);
        Assert.All(Statuses(outside.Path).Values, status => Assert.Equal(1u, status.Links));
    }

    [Fact]
    public async Task AFifoInAFilesPlaceIsNotWaitedFor()
    {
        using var target = new TemporaryDirectory();
        RawFiles.MakeDirectory(target["sizes"]);
        RawFiles.MakeNode(target["sizes/big"], FileKind.Fifo);
        RawFiles.MakeNode(target["names"], FileKind.Fifo);
        RawFiles.MakeNode(target["extra"], FileKind.Socket);
        await tree.RestoreAsync(target.Path);
        TreeComparer.AssertEqual(tree.Source, target.Path, BackedUpTree.Equality);
    }

    [Fact]
    public async Task APathDeeperThanAnyCallTakesIsRemoved()
    {
        using var target = new TemporaryDirectory();
        RawFiles.MakeDirectory(target["extra"]);
        RawFiles.MakeDeep(target["extra"], "a-directory-with-quite-a-long-name", 5000);
        RestoreReport report = await tree.RestoreAsync(target.Path);
        TreeComparer.AssertEqual(tree.Source, target.Path, BackedUpTree.Equality);
        Assert.True(report.Deleted >= 5001);
    }

    [Fact]
    public async Task AnInheritedAccessListIsNotKept()
    {
        using var target = new TemporaryDirectory();
        byte[] list = RawFiles.Attributes((RawPath)tree.Source / "attributes" / "directory")[
            "system.posix_acl_default"
        ];
        RawFiles.SetAttribute(target.Path, "system.posix_acl_default", list);
        RawFiles.ChangeOwner(target.Path, 1234, 1234);
        RawFiles.ChangeMode(target.Path, 0x5ff);
        await tree.RestoreAsync(target.Path);
        TreeComparer.AssertEqual(tree.Source, target.Path, BackedUpTree.Equality);
    }

    [Fact]
    public async Task WhatCannotBeChangedIsNamedAndTheRestIsRestored()
    {
        Assert.True(RawFiles.IsRoot, "These tests need root.");
        using var target = new TemporaryDirectory();
        RawFiles.MakeDirectory(target["sizes"]);
        RawFiles.Write(target["sizes/text"], "immutable\n");
        RawFiles.MakeDirectory(target["mounted"]);
        RawFiles.MakeDirectory(target["names"]);
        await RunAsync("chattr", "+i", target["sizes/text"]);
        await RunAsync("mount", "-t", "tmpfs", "none", target["mounted"]);
        await RunAsync("mount", "-t", "tmpfs", "none", target["names"]);
        try
        {
            RawFiles.Write(target["mounted/foreign"], "not the share's\n");
            RawFiles.Write(target["names/foreign"], "not the share's\n");
            EngineError error = await Assert.ThrowsAsync<EngineError>(() => tree.RestoreAsync(target.Path));
            Assert.Equal(EngineErrorKind.Files, error.Kind);
            string[] paths = ["/mounted", "/names", "/sizes/text"];
            Assert.Equal(paths, tree.LastReport.Errors.Select(item => item.Path).Order(StringComparer.Ordinal));
            Assert.All(paths, path => Assert.Contains(path, error.Message, StringComparison.Ordinal));
            Assert.True(RawFiles.Exists(target["mounted/foreign"]));
            Assert.True(RawFiles.Exists(target["names/foreign"]));
        }
        finally
        {
            await RunAsync("umount", target["mounted"], target["names"]);
            await RunAsync("chattr", "-i", target["sizes/text"]);
        }
        await tree.RestoreAsync(target.Path);
        TreeComparer.AssertEqual(tree.Source, target.Path, BackedUpTree.Equality);
    }

    [Fact]
    public async Task AFullTargetEndsTheRestoreAndSaysSo()
    {
        Assert.True(RawFiles.IsRoot, "These tests need root.");
        using var directory = new TemporaryDirectory();
        string target = directory.Make("target");
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=2m", "none", target);
        try
        {
            EngineError error = await Assert.ThrowsAsync<EngineError>(() => tree.RestoreAsync(target));
            Assert.Equal(EngineErrorKind.Files, error.Kind);
            Assert.Contains("No space left", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            await RunAsync("umount", target);
        }
    }

    [Fact]
    public async Task AProgramThatRunsIsReplaced()
    {
        using var target = new TemporaryDirectory();
        RawFiles.MakeDirectory(target["sizes"]);
        File.Copy("/bin/sleep", target["sizes/text"]);
        await using ChildProcess program = ChildProcess.Start(target["sizes/text"], ["600"]);
        await tree.RestoreAsync(target.Path);
        TreeComparer.AssertEqual(tree.Source, target.Path, BackedUpTree.Equality);
        Assert.False(program.HasExited);
    }

    private static async Task RunAsync(string file, params string[] arguments) =>
        (await ChildProcess.RunAsync(file, arguments)).Checked(file);

    private static Dictionary<RawPath, FileStatus> Statuses(string directory) =>
        RawFiles.Walk(directory).ToDictionary(path => path, path => RawFiles.Status(directory / path));
}
