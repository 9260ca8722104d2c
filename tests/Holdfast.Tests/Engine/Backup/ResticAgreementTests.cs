using System.Text;
using System.Text.Json;
using Holdfast.Engine;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Snapshots;
using Holdfast.Engine.Trees;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Engine.Backup;

public sealed class ResticAgreementTests
{
    [Fact]
    public async Task Restic_finds_nothing_wrong_and_restores_what_was_there()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        NastyTree.Build(scene.Source);
        BackupReport report = await scene.RunAsync();
        Assert.Equal(0, report.ItemErrors);
        await scene.Restic.CheckAsync();
        string target = scene.Beside("restored");
        await scene.Restic.RestoreAsync($"latest:/{BackupScene.SourceName}", target);
        TreeComparer.AssertEqual(scene.Source, target, new TreeComparison { IgnoreSockets = true, IgnoreRoot = true });
    }

    [Fact]
    public async Task Restic_after_us_adds_no_data_and_makes_the_same_tree()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        NastyTree.Build(scene.Source);
        BackupReport ours = await scene.RunAsync();
        string output = await scene.Restic.RunAsync("backup", "--json", "--force", scene.Source);
        Assert.Equal((0, 0), (Summary(output, "data_blobs"), Summary(output, "files_unmodified")));
        Snapshot theirs = await LatestAsync(scene);
        Assert.Equal(
            await SubtreeAsync(scene, ours.Snapshot, "/" + BackupScene.SourceName),
            await SubtreeAsync(scene, theirs, scene.Source)
        );
    }

    [Fact]
    public async Task We_after_restic_add_no_data_and_make_the_same_tree()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        NastyTree.Build(scene.Source);
        // What changed as the parent was made is read again, and nothing here may be.
        DateTimeOffset built = TimeProvider.System.GetUtcNow();
        await Eventually.HoldsAsync(
            "the tree to be older than a tick of the file system's clock",
            () => Task.FromResult(TimeProvider.System.GetUtcNow() - built > TimeSpan.FromMilliseconds(50))
        );
        await scene.Restic.BackupAsync(scene.Source);
        Snapshot theirs = await LatestAsync(scene);
        using var source = BackupSource.FromPaths([scene.Source]);
        BackupReport anew = await scene.RunAsync(source);
        BackupReport compared = await scene.RunAsync(source, theirs, afterRead: _ => Assert.Fail("A file was read."));
        foreach (BackupReport ours in (BackupReport[])[anew, compared])
        {
            Assert.Equal(0, ours.Snapshot.Summary!.DataBlobs);
            // Only the path above the source may differ: others make directories in it meanwhile.
            Assert.Equal(
                await SubtreeAsync(scene, theirs, scene.Source),
                await SubtreeAsync(scene, ours.Snapshot, scene.Source)
            );
            Assert.Equal(theirs.Paths, ours.Snapshot.Paths);
            Assert.Equal(0, ours.ItemErrors);
        }
        Assert.Equal(theirs.Summary!.TotalFilesProcessed, anew.Snapshot.Summary!.TotalFilesProcessed);
        Assert.Equal(theirs.Summary.TotalBytesProcessed, anew.Snapshot.Summary.TotalBytesProcessed);
    }

    [Fact]
    public async Task Restic_takes_our_snapshot_as_parent()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        NastyTree.Build(scene.Source);
        using var source = BackupSource.FromPaths([scene.Source]);
        await scene.RunAsync(source);
        string output = await scene.Restic.RunAsync("backup", "--json", "--host", "holdfast", scene.Source);
        Assert.Equal((0, 0), (Summary(output, "files_new"), Summary(output, "files_changed")));
        Assert.Equal((0, 0), (Summary(output, "dirs_new"), Summary(output, "data_blobs")));
    }

    [Fact]
    public async Task Several_targets_make_one_tree_as_restics()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.MakeDirectory(scene["a"]);
        RawFiles.Write(scene["a/in"], "in a");
        RawFiles.Write(scene["a/beside"], "not a target");
        RawFiles.MakeDirectory(scene["b"]);
        RawFiles.Write(scene["b/in"], "in b");
        RawFiles.Symlink("b", scene["link"]);
        string[] targets =
        [
            Path.Join(scene.Source, "b/"),
            Path.Join(scene.Source, "a/in"),
            Path.Join(scene.Source, "link"),
        ];
        await scene.Restic.RunAsync(["backup", .. targets]);
        Snapshot theirs = await LatestAsync(scene);
        using var source = BackupSource.FromPaths(targets);
        BackupReport ours = await scene.RunAsync(source);
        Assert.Equal(
            await SubtreeAsync(scene, theirs, scene.Source),
            await SubtreeAsync(scene, ours.Snapshot, scene.Source)
        );
        Assert.Equal(theirs.Paths.Order(StringComparer.Ordinal), ours.Snapshot.Paths.Order(StringComparer.Ordinal));
    }

    private static int Summary(string output, string field)
    {
        string last = output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        return JsonDocument.Parse(last).RootElement.GetProperty(field).GetInt32();
    }

    private static async Task<Snapshot> LatestAsync(BackupScene scene)
    {
        await scene.Repository.LoadIndexAsync(CancellationToken.None);
        return (await scene.Repository.ListSnapshotsAsync(CancellationToken.None))[^1];
    }

    private static async Task<Id> SubtreeAsync(BackupScene scene, Snapshot snapshot, string path)
    {
        Id tree = snapshot.Tree;
        foreach (string element in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            IReadOnlyList<Node> nodes = await scene.LoadAsync(tree);
            tree = BackupScene.Find(nodes, element).Subtree!.Value;
        }
        return tree;
    }
}
