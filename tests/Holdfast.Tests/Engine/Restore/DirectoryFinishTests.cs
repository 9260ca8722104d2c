using System.Text;
using Holdfast.Engine.Files;
using Holdfast.Engine.Restore;
using Holdfast.Engine.Trees;
using Holdfast.Testing.Files;
using Holdfast.Tests.Engine.Backup;
using Xunit;

namespace Holdfast.Tests.Engine.Restore;

public sealed class DirectoryFinishTests
{
    private const uint Mode = 0x1C5; // 0705

    /// <summary>A directory waits for what is done in it and in those below, and for nothing else.</summary>
    [Fact]
    public async Task ADirectoryIsFinishedByTheLastThatIsDoneInIt()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawPath target = scene.Beside("target");
        foreach (string name in (string[])["above", "above/inside", "above/other"])
        {
            RawFiles.MakeDirectory(target / name);
        }
        using DirectoryPool pool = DirectoryPool.Beneath(DirectoryHandle.Open(scene.Beside("target")));
        var source = new RestoreSource(default, null, DateTimeOffset.UnixEpoch);
        var run = new RestoreRun(scene.Repository, source, new RestoreOptions(), pool, new RestoreTally());
        using var cursor = new DirectoryCursor(pool);
        var finish = new DirectoryFinish(run, cursor);
        var root = PendingDirectory.Root(pool.Root, node: null, tree: default);
        PendingDirectory above = In(root, "above");
        PendingDirectory inside = In(above, "inside");
        PendingDirectory other = In(above, "other");
        inside.Hold(); // For a file that is to be written.

        finish.LetGo(root);
        finish.LetGo(above);
        finish.LetGo(inside);
        Assert.Equal(0, run.Tally.ToReport().Directories);

        finish.LetGo(other);
        Assert.Equal(1, run.Tally.ToReport().Directories);
        Assert.Equal(Mode, ModeOf(target / "above/other"));
        Assert.NotEqual(Mode, ModeOf(target / "above"));

        finish.LetGo(inside);
        Assert.Equal(4, run.Tally.ToReport().Directories);
        Assert.Equal(Mode, ModeOf(target / "above/inside"));
        Assert.Equal(Mode, ModeOf(target / "above"));
    }

    private static PendingDirectory In(PendingDirectory parent, string name)
    {
        var node = new Node
        {
            Name = Encoding.ASCII.GetBytes(name),
            Type = NodeType.Dir,
            Mode = GoFileMode.Dir | Mode,
            Uid = Libc.EffectiveUser(),
            Gid = Libc.EffectiveGroup(),
        };
        return PendingDirectory.In(
            parent,
            new Place(parent.Place, node.Name),
            node,
            tree: default,
            only: null,
            fresh: false
        );
    }

    private static uint ModeOf(RawPath path) => (uint)RawFiles.Status(path).Permissions;
}
