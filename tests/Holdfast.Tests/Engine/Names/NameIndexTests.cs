using Holdfast.Engine;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Browse;
using Holdfast.Engine.Names;
using Holdfast.Engine.Trees;
using Holdfast.Testing.Files;
using Holdfast.Tests.Engine.Backup;
using Xunit;

namespace Holdfast.Tests.Engine.Names;

public sealed class NameIndexTests
{
    [Fact]
    public async Task Every_entry_is_found_where_it_is()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        NastyTree.Build(scene.Source);
        BackupReport report = await scene.RunAsync();
        Id tree = (await scene.LoadAsync(report.Snapshot.Tree))[0].Subtree!.Value;
        NameIndex names = await NameIndex.MakeAsync(scene.Repository, tree, default);

        List<NameHit> expected = [];
        await foreach (BrowseEntry entry in new TreeBrowser(scene.Repository).WalkAsync(tree, [], default))
        {
            Node node = entry.Node;
            expected.Add(new NameHit(entry.Path[1..], node.Type, node.Size, node.ModifyTime.Seconds));
        }
        Assert.Equal(expected.Count, names.Count);
        Same(expected, names.Find(new NamePattern("*"), null, int.MaxValue));
        Same(expected.Take(7), names.Find(new NamePattern("*"), null, 7));
        Same(
            expected.Where(one => one.Type == NodeType.Symlink),
            names.Find(new NamePattern("*"), NodeType.Symlink, int.MaxValue)
        );
        Assert.Equal(
            ["sizes/random-1", "sizes/random-1048575", "sizes/random-1048576", "sizes/random-1048577"],
            names
                .Find(new NamePattern("Random-1*"), null, 100)
                .Select(one => System.Text.Encoding.UTF8.GetString(one.Path))
        );
    }

    [Fact]
    public async Task What_is_kept_beside_a_snapshot_is_found_again_and_goes_with_it()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["file"], "content");
        BackupReport first = await scene.RunAsync();
        Id tree = (await scene.LoadAsync(first.Snapshot.Tree))[0].Subtree!.Value;
        NameIndex made = await NameIndex.MakeAsync(scene.Repository, tree, default);
        Id snapshot = first.Snapshot.Id;
        Assert.Null(await scene.Repository.FindNamesAsync(snapshot, tree, default));

        await scene.Repository.KeepNamesAsync(snapshot, tree, default);
        NameIndex found = (await scene.Repository.FindNamesAsync(snapshot, tree, default))!;
        Assert.Equal((made.Count, made.Size), (found.Count, found.Size));
        Same(made.Find(new NamePattern("*"), null, 10), found.Find(new NamePattern("*"), null, 10));
        // Another tree's are none.
        Assert.Null(await scene.Repository.FindNamesAsync(snapshot, first.Snapshot.Tree, default));
        // restic does not mind.
        await scene.Restic.CheckAsync();

        RawFiles.Write(scene["file"], "changed");
        BackupReport second = await scene.RunAsync();
        Assert.True(await scene.Repository.CopyNamesAsync(snapshot, second.Snapshot.Id, default));
        Assert.False(await scene.Repository.CopyNamesAsync(tree, snapshot, default));
        await scene.Repository.DeleteSnapshotAsync(snapshot, default);
        await scene.Repository.RemoveForgottenNamesAsync(default);
        Assert.Null(await scene.Repository.FindNamesAsync(snapshot, tree, default));
        Assert.NotNull(await scene.Repository.FindNamesAsync(second.Snapshot.Id, tree, default));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Damaged_names_are_none_or_an_error_and_nothing_else(int seed)
    {
        Random random = new(seed);
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.MakeDirectory(scene["directory"]);
        RawFiles.Write(scene["directory/file"], "content");
        BackupReport report = await scene.RunAsync();
        Id tree = (await scene.LoadAsync(report.Snapshot.Tree))[0].Subtree!.Value;
        using MappedWriter written = new(1);
        Assert.True(await NameIndex.TryWriteAsync(scene.Repository, tree, written, default));
        byte[] stored = written.WrittenSpan.ToArray();
        NamePattern all = new("*");
        for (int round = 0; round < 2000; round++)
        {
            byte[] bytes = stored[..(random.Next(3) == 0 ? random.Next(stored.Length) : stored.Length)];
            if (bytes.Length > 0)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }
            try
            {
                _ = NameIndex.Of(tree, bytes)?.Find(all, null, 100);
            }
            catch (EngineError error)
            {
                Assert.Equal(EngineErrorKind.Damaged, error.Kind);
            }
        }
    }

    private static void Same(IEnumerable<NameHit> expected, IEnumerable<NameHit> found) =>
        Assert.Equal(
            expected.Select(one => (new RawPath(one.Path), one.Type, one.Size, one.ModifiedAt)),
            found.Select(one => (new RawPath(one.Path), one.Type, one.Size, one.ModifiedAt))
        );
}
