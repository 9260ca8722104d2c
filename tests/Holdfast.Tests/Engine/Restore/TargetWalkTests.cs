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
        using var pending = new PendingDirectories(trees, Directory(tree), workers: 1);
        for (int depth = 0; depth < 20; depth++)
        {
            Assert.NotNull(await pending.PopAsync(default));
            pending.Visited([.. Enumerable.Range(0, 16).Select(_ => Directory(tree))]);
            Assert.InRange(pending.Loaded, Math.Min(depth, 1) * 15, PendingDirectories.MostLoaded);
        }
        int left = 0;
        while (await pending.PopAsync(default) is { } directory)
        {
            Assert.Empty(await directory.Load(trees, default));
            pending.Visited([]);
            left++;
        }
        Assert.Equal((19 * 15) + 16, left);
    }

    [Fact]
    public async Task DirectoriesComeInTheirOrderAndBeforeThoseThatWaited()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        Id tree = await CraftedTree.SaveAsync(scene.Repository);
        PendingDirectory[] all = [.. Enumerable.Range(0, 5).Select(_ => Directory(tree))];
        using var pending = new PendingDirectories(new TreeBlobs(scene.Repository, default), all[0], workers: 1);
        Assert.Same(all[0], await pending.PopAsync(default));
        pending.Visited(all[1..3]);
        Assert.Same(all[1], await pending.PopAsync(default));
        pending.Visited(all[3..]);
        Assert.Same(all[3], await pending.PopAsync(default));
        pending.Visited([]);
        Assert.Same(all[4], await pending.PopAsync(default));
        pending.Visited([]);
        Assert.Same(all[2], await pending.PopAsync(default));
        pending.Visited([]);
        Assert.Null(await pending.PopAsync(default));
    }

    /// <summary>A worker that finds nothing waits while another may find more, and ends with it.</summary>
    [Fact]
    public async Task WhoFindsNoDirectoryWaitsForThoseBeingVisited()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        Id tree = await CraftedTree.SaveAsync(scene.Repository);
        PendingDirectory inside = Directory(tree);
        using var pending = new PendingDirectories(new TreeBlobs(scene.Repository, default), Directory(tree), 2);
        Assert.NotNull(await pending.PopAsync(default));

        Task<PendingDirectory?> waiting = pending.PopAsync(default);
        Assert.False(waiting.IsCompleted);
        pending.Visited([inside]);
        Assert.Same(inside, await waiting);

        waiting = pending.PopAsync(default);
        Assert.False(waiting.IsCompleted);
        pending.Visited([]);
        Assert.Null(await waiting);
        Assert.Null(await pending.PopAsync(default));
    }

    private static PendingDirectory Directory(Id tree) => PendingDirectory.Root(Place.Root(), null, tree);
}
