using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Restore;
using Holdfast.Engine.Trees;
using Holdfast.Testing.Files;
using Holdfast.Tests.Engine.Backup;
using Xunit;

namespace Holdfast.Tests.Engine.Restore;

/// <summary>While a living tree is backed up, an inode may be removed and given to another file of several names.</summary>
public sealed class SameInodeTests
{
    [Fact]
    public async Task FilesThatHadOneInodeInTurnStayTwo()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["earlier"], "earlier\n");
        RawFiles.Write(scene["later"], "later\n");
        BackupReport backup = await scene.RunAsync();
        Node earlier = await scene.FindAsync(backup, "earlier");
        Node later = await scene.FindAsync(backup, "later");

        string target = await RestoreAsync(scene, Named("a", earlier), Named("b", later), Named("c", earlier));

        Assert.Equal("earlier\n", await File.ReadAllTextAsync(Path.Combine(target, "a")));
        Assert.Equal("later\n", await File.ReadAllTextAsync(Path.Combine(target, "b")));
        Assert.Equal("earlier\n", await File.ReadAllTextAsync(Path.Combine(target, "c")));
        Assert.Equal(Inode(target, "a"), Inode(target, "c"));
    }

    [Fact]
    public async Task SpecialNodesThatHadOneInodeInTurnStayTwo()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        Node link = new()
        {
            Name = [],
            Type = NodeType.Symlink,
            LinkTarget = "1"u8.ToArray(),
        };
        Node other = link with { LinkTarget = "2"u8.ToArray() };
        Node fifo = new() { Name = [], Type = NodeType.Fifo };

        string target = await RestoreAsync(
            scene,
            Named("a", link),
            Named("b", other),
            Named("c", link),
            Named("d", fifo)
        );

        Assert.Equal("1"u8, RawFiles.ReadLink(Path.Combine(target, "a")));
        Assert.Equal("2"u8, RawFiles.ReadLink(Path.Combine(target, "b")));
        Assert.Equal(Inode(target, "a"), Inode(target, "c"));
        Assert.Equal(FileKind.Fifo, RawFiles.Status(Path.Combine(target, "d")).Kind);
    }

    private static Node Named(string name, Node node) =>
        node with
        {
            Name = Encoding.UTF8.GetBytes(name),
            DeviceId = 1,
            Inode = 7,
            Links = 2,
        };

    private static ulong Inode(string target, string name) => RawFiles.Status(Path.Combine(target, name)).Inode;

    private static async Task<string> RestoreAsync(BackupScene scene, params Node[] nodes)
    {
        Id tree = await CraftedTree.SaveAsync(scene.Repository, nodes);
        string target = scene.Beside("target");
        var source = new RestoreSource(tree, null, DateTimeOffset.UnixEpoch);
        await new TreeRestore(scene.Repository, source, target, new RestoreOptions()).RunAsync(default);
        return target;
    }
}
