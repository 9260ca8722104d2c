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
    private static readonly NamePattern All = new("*");

    [Fact]
    public async Task Every_entry_is_found_where_it_is()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        NastyTree.Build(scene.Source);
        BackupReport report = await scene.RunAsync();
        Id tree = (await scene.LoadAsync(report.Snapshot.Tree))[0].Subtree!.Value;
        NameIndex names = await MakeAsync(scene, tree);

        List<NameHit> expected = [];
        await foreach (BrowseEntry entry in new TreeBrowser(scene.Repository).WalkAsync(tree, [], default))
        {
            Node node = entry.Node;
            expected.Add(new NameHit(entry.Path[1..], node.Type, node.Size, node.ModifyTime.Seconds));
        }
        Assert.Equal(expected.Count, names.Count);
        Same(expected, Find(names, new(All)));
        Same(expected.Take(7), Find(names, new(All) { Most = 7 }));
        Same(expected.Where(one => one.Type == NodeType.Symlink), Find(names, new(All) { Type = NodeType.Symlink }));
        Assert.Equal(
            ["sizes/random-1", "sizes/random-1048575", "sizes/random-1048576", "sizes/random-1048577"],
            Paths(names.Find(new(new NamePattern("Random-1*")), default))
        );
    }

    [Fact]
    public async Task What_is_kept_beside_a_snapshot_is_found_again_and_goes_with_it()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["file"], "content");
        BackupReport first = await scene.RunAsync();
        Id tree = (await scene.LoadAsync(first.Snapshot.Tree))[0].Subtree!.Value;
        NameIndex made = await MakeAsync(scene, tree);
        Id snapshot = first.Snapshot.Id;
        Assert.Null(await scene.Repository.FindNamesAsync(snapshot, tree, default));

        await scene.Repository.KeepNamesAsync(snapshot, tree, default);
        NameIndex found = (await scene.Repository.FindNamesAsync(snapshot, tree, default))!;
        Assert.Equal((made.Count, made.Size), (found.Count, found.Size));
        Same(Find(made, new(All)), Find(found, new(All)));
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
        Assert.True(await NameIndex.TryWriteAsync(scene.Repository, tree, written, NameIndex.MostBytes, default));
        byte[] stored = written.WrittenSpan.ToArray();
        NameIndex whole = NameIndex.Of(tree, stored)!;
        for (int round = 0; round < 2000; round++)
        {
            byte[] bytes = stored[..(random.Next(3) == 0 ? random.Next(stored.Length) : stored.Length)];
            if (bytes.Length > 0)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }
            try
            {
                if (NameIndex.Of(tree, bytes) is { } damaged)
                {
                    _ = damaged.Find(new(All) { Unless = whole }, default);
                    _ = whole.Find(new(All) { Unless = damaged }, default);
                }
            }
            catch (EngineError error)
            {
                Assert.Equal(EngineErrorKind.Damaged, error.Kind);
            }
        }
    }

    [Fact]
    public async Task A_page_ends_with_its_entries_or_with_the_bytes_of_their_paths_and_the_next_begins_there()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        NastyTree.Build(scene.Source);
        NameIndex names = await MakeAsync(scene, await TreeOfAsync(scene));
        IReadOnlyList<NameHit> all = Find(names, new(All));
        foreach (
            NameSearch page in new NameSearch[]
            {
                new(All) { Most = 3 },
                new(All) { MostBytes = 50 },
            }
        )
        {
            List<NameHit> found = [];
            long? next = 0;
            while (next is { } from)
            {
                NameHits hits = names.Find(page with { From = from }, default);
                Assert.InRange(hits.Hits.Count, 1, page.Most);
                Assert.True(hits.Hits.SkipLast(1).Sum(hit => hit.Path.Length) < page.MostBytes);
                found.AddRange(hits.Hits);
                next = hits.Next;
            }
            Same(all, found);
        }
        Assert.Empty(Find(names, new(All) { From = long.MaxValue }));
        NameHits none = names.Find(new(All) { From = 2, MostBytes = 0 }, default);
        Assert.Equal((0, 2L), (none.Hits.Count, none.Next));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task What_another_index_has_is_left_out(int seed)
    {
        Random random = new(seed);
        await using BackupScene scene = await BackupScene.MakeAsync();
        List<NameIndex> indexes = [];
        for (int backup = 0; backup < 2; backup++)
        {
            for (int number = 0; number < 60; number++)
            {
                // Names of one another's beginnings, and directories that are files in the other.
                RawPath path = scene.Source;
                for (int depth = random.Next(4); depth >= 0; depth--)
                {
                    path /= new string('a', 1 + random.Next(3)) + (random.Next(2) == 0 ? "" : "!");
                    if (!RawFiles.Exists(path) && depth > 0)
                    {
                        RawFiles.MakeDirectory(path);
                    }
                    else if (!RawFiles.Exists(path))
                    {
                        RawFiles.Write(path, "");
                    }
                    if (RawFiles.Status(path).Kind == FileKind.File)
                    {
                        break;
                    }
                }
            }
            indexes.Add(await MakeAsync(scene, await TreeOfAsync(scene)));
            RawFiles.List(scene.Source).ForEach(name => RawFiles.Delete(scene[name]));
        }
        int left = 0;
        foreach (NodeType? type in new NodeType?[] { null, NodeType.File, NodeType.Dir })
        {
            foreach (string pattern in new[] { "*", "aa*", "?!" })
            {
                NameSearch search = new(new NamePattern(pattern)) { Type = type };
                HashSet<RawPath> there = [.. Find(indexes[1], search).Select(hit => new RawPath(hit.Path))];
                IEnumerable<NameHit> expected = Find(indexes[0], search)
                    .Where(hit => !there.Contains(new RawPath(hit.Path)));
                left += expected.Count();
                Same(expected, Find(indexes[0], search with { Unless = indexes[1] }));
                Assert.Empty(Find(indexes[0], search with { Unless = indexes[0] }));
            }
        }
        Assert.True(left > 50);
    }

    [Fact]
    public async Task A_search_that_nobody_waits_for_ends()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["file"], "content");
        NameIndex names = await MakeAsync(scene, await TreeOfAsync(scene));
        Assert.Throws<OperationCanceledException>(() => names.Find(new(All), new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task One_that_would_be_too_long_is_none()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["a name of some length"], "content");
        Id tree = await TreeOfAsync(scene);
        Assert.Null(await NameIndex.TryMakeAsync(scene.Repository, tree, 50, default));
        Assert.NotNull(await NameIndex.TryMakeAsync(scene.Repository, tree, 100, default));
    }

    [Fact]
    public async Task An_entry_of_a_deep_tree_is_found_where_it_is()
    {
        const int Depth = 1000;
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.MakeDeep(scene.Source, new string('n', 200), Depth);
        NameIndex names = await MakeAsync(scene, await TreeOfAsync(scene));
        Assert.Equal(Depth, names.Count);
        // A byte more for the length of a number, and each name once: no path is in it.
        Assert.InRange(names.Size, Depth * 200, Depth * 220);
        NameHit deepest = Assert.Single(Find(names, new(All) { From = Depth - 1 }));
        Assert.Equal(string.Join('/', Enumerable.Repeat(new string('n', 200), Depth)), $"{new RawPath(deepest.Path)}");
    }

    private static async Task<Id> TreeOfAsync(BackupScene scene) =>
        (await scene.LoadAsync((await scene.RunAsync()).Snapshot.Tree))[0].Subtree!.Value;

    private static async Task<NameIndex> MakeAsync(BackupScene scene, Id tree) =>
        (await NameIndex.TryMakeAsync(scene.Repository, tree, NameIndex.MostBytes, default))!;

    private static IReadOnlyList<NameHit> Find(NameIndex names, NameSearch search) => names.Find(search, default).Hits;

    private static IEnumerable<string> Paths(NameHits found) =>
        found.Hits.Select(hit => System.Text.Encoding.UTF8.GetString(hit.Path));

    private static void Same(IEnumerable<NameHit> expected, IEnumerable<NameHit> found) =>
        Assert.Equal(
            expected.Select(one => (new RawPath(one.Path), one.Type, one.Size, one.ModifiedAt)),
            found.Select(one => (new RawPath(one.Path), one.Type, one.Size, one.ModifiedAt))
        );
}
