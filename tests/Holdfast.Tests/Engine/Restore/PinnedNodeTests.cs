using Holdfast.Engine;
using Holdfast.Engine.Restore;
using Holdfast.Engine.Trees;
using Holdfast.Testing.Files;
using Holdfast.Tests.Engine.Backup;
using Xunit;

namespace Holdfast.Tests.Engine.Restore;

/// <summary>The target's owner exchanges a node between its making and its getting owner, mode and times.</summary>
public sealed class PinnedNodeTests
{
    private const uint Stranger = 4321;

    /// <summary>Somebody else's FIFO or file, under a further name.</summary>
    [Theory]
    [InlineData(FileKind.Fifo)]
    [InlineData(FileKind.File)]
    public async Task ALinkToWhatIsAnothersChangesNothingOfIt(FileKind kind)
    {
        Node fifo = new()
        {
            Name = "node"u8.ToArray(),
            Type = NodeType.Fifo,
            Mode = GoFileMode.Fifo | GoFileMode.Permissions,
            Uid = Stranger,
        };
        await AssertUntouchedAsync(
            fifo,
            precious => Make(precious, kind),
            (precious, node) => RawFiles.Link(precious, node)
        );
    }

    [Fact]
    public async Task AnotherDeviceIsNotGivenAway()
    {
        Assert.True(RawFiles.IsRoot, "These tests need root.");
        Node device = new()
        {
            Name = "node"u8.ToArray(),
            Type = NodeType.CharDev,
            Mode = GoFileMode.Device | GoFileMode.CharDevice | GoFileMode.Permissions,
            Device = Holdfast.Engine.Files.FileStatus.MakeDevice(1, 3),
            Uid = Stranger,
        };
        await AssertUntouchedAsync(
            device,
            precious => RawFiles.MakeNode(precious, FileKind.CharDevice, 1, 5),
            (precious, node) => RawFiles.Rename(precious, node)
        );
    }

    /// <summary>It had the name when it was taken hold of, and has one name elsewhere when it is asked.</summary>
    [Fact]
    public async Task ANodeFromOutsideThatLostItsNameInHereIsLeftAlone()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        Node node = new()
        {
            Name = "node"u8.ToArray(),
            Type = NodeType.Fifo,
            Mode = GoFileMode.Fifo | GoFileMode.Permissions,
            Uid = Stranger,
        };
        Id tree = await CraftedTree.SaveAsync(scene.Repository, node);
        string target = scene.Beside("target");
        RawPath restored = Path.Combine(target, "node");
        RawPath precious = Path.Combine(scene.Beside("outside"), "precious");
        RawFiles.MakeNode(precious, FileKind.Fifo);
        FileStatus before = RawFiles.Status(precious);
        var source = new RestoreSource(tree, null, DateTimeOffset.UnixEpoch);
        var restore = new TreeRestore(scene.Repository, source, target, new RestoreOptions())
        {
            BeforePin = _ =>
            {
                RawFiles.Delete(restored);
                RawFiles.Link(precious, restored);
            },
            AfterOpen = _ => RawFiles.Delete(restored),
        };

        await Assert.ThrowsAsync<EngineError>(() => restore.RunAsync(default));

        FileStatus after = RawFiles.Status(precious);
        Assert.Equal(before, after);
    }

    private static async Task AssertUntouchedAsync(Node node, Action<RawPath> make, Action<RawPath, RawPath> plant)
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        Id tree = await CraftedTree.SaveAsync(scene.Repository, node);
        string target = scene.Beside("target");
        RawPath restored = Path.Combine(target, "node");
        RawPath precious = Path.Combine(scene.Beside("outside"), "precious");
        make(precious);
        FileStatus before = RawFiles.Status(precious);
        var source = new RestoreSource(tree, null, DateTimeOffset.UnixEpoch);
        var restore = new TreeRestore(scene.Repository, source, target, new RestoreOptions())
        {
            BeforePin = _ =>
            {
                RawFiles.Delete(restored);
                plant(precious, restored);
            },
        };

        EngineError error = await Assert.ThrowsAsync<EngineError>(() => restore.RunAsync(default));

        Assert.Equal(EngineErrorKind.Files, error.Kind);
        Assert.Contains("/node", error.Message, StringComparison.Ordinal);
        FileStatus after = RawFiles.Status(restored);
        Assert.Equal(before with { Links = after.Links }, after);
    }

    private static void Make(RawPath path, FileKind kind)
    {
        if (kind == FileKind.File)
        {
            RawFiles.Write(path, "precious\n");
        }
        else
        {
            RawFiles.MakeNode(path, kind);
        }
    }
}
