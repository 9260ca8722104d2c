using System.Text;
using System.Threading.Channels;
using Holdfast.Engine;
using Holdfast.Engine.Files;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Restore;
using Holdfast.Engine.Trees;
using Holdfast.Tests.Engine.Backup;
using Xunit;

namespace Holdfast.Tests.Engine.Restore;

public sealed class TargetWalkTests
{
    [Fact]
    public async Task TheFilesOfALargeDirectoryAreHandedOnInBatches()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        IEnumerable<Node> files = Enumerable
            .Range(0, FilePortion.MostFiles + 1)
            .Select(number => new Node
            {
                Name = Encoding.ASCII.GetBytes($"{number:d6}"),
                Type = NodeType.File,
                Content = [],
            });
        Id tree = await CraftedTree.SaveAsync(scene.Repository, files);
        using DirectoryPool pool = DirectoryPool.Beneath(DirectoryHandle.Open(scene.Beside("target")));
        var source = new RestoreSource(tree, null, DateTimeOffset.UnixEpoch);
        var run = new RestoreRun(scene.Repository, source, new RestoreOptions(), pool, new RestoreTally());
        Channel<List<FilePlan>> batches = Channel.CreateUnbounded<List<FilePlan>>();

        await new TargetWalk(
            run,
            new TreeBlobs(scene.Repository, default),
            batches.Writer,
            new HardLinks(run)
        ).RunAsync(default);

        batches.Writer.Complete();
        List<List<FilePlan>> all = await batches.Reader.ReadAllAsync().ToListAsync();
        Assert.Equal([FilePortion.MostFiles, 1], all.Select(batch => batch.Count));
    }

    /// <summary>On the way down a tree whose directories all hold many, the trees of those left behind are let go.</summary>
    [Fact]
    public async Task FewTreesAreHeldHoweverDeepTheWalk()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        Id tree = await CraftedTree.SaveAsync(scene.Repository);
        var trees = new TreeBlobs(scene.Repository, default);
        var pending = new PendingDirectories(trees);
        for (int depth = 0; depth < 20; depth++)
        {
            pending.Push([.. Enumerable.Range(0, 16).Select(_ => Directory(tree))]);
            Assert.NotNull(pending.Pop(default));
            Assert.InRange(pending.Loaded, 15, PendingDirectories.MostLoaded);
        }
        int left = 0;
        while (pending.Pop(default) is { } directory)
        {
            Assert.Empty(await directory.Load(trees, default));
            left++;
        }
        Assert.Equal(20 * 15, left);
    }

    [Fact]
    public async Task DirectoriesComeInTheirOrderAndBeforeThoseThatWaited()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        Id tree = await CraftedTree.SaveAsync(scene.Repository);
        PendingDirectory[] all = [Directory(tree), Directory(tree), Directory(tree), Directory(tree)];
        var pending = new PendingDirectories(new TreeBlobs(scene.Repository, default));
        pending.Push(all[..2]);
        Assert.Same(all[0], pending.Pop(default));
        pending.Push(all[2..]);
        Assert.Same(all[2], pending.Pop(default));
        Assert.Same(all[3], pending.Pop(default));
        Assert.Same(all[1], pending.Pop(default));
        Assert.Null(pending.Pop(default));
    }

    private static PendingDirectory Directory(Id tree) => new(Place.Root(), null, tree, fresh: true);
}
