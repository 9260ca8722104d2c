using Holdfast.Engine.Backup;
using Holdfast.Engine.Snapshots;
using Holdfast.Engine.Trees;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Engine.Backup;

public sealed class ParentReuseTests
{
    [Fact]
    public async Task What_did_not_change_is_not_read()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.MakeDirectory(scene["d"]);
        RawFiles.Write(scene["d/same"], "same");
        RawFiles.Write(scene["changed"], "before");
        BackupReport first = await scene.RunAsync();
        RawFiles.Write(scene["changed"], "afterwards");
        RawFiles.Write(scene["new"], "new");
        List<string> read = [];
        BackupReport second = await scene.RunAsync(
            first.Snapshot,
            afterRead: name =>
            {
                lock (read)
                {
                    read.Add(System.Text.Encoding.UTF8.GetString(name));
                }
            }
        );
        Assert.Equal(["changed", "new"], read.Order(StringComparer.Ordinal));
        SnapshotSummary summary = second.Snapshot.Summary!;
        Assert.Equal((1, 1, 1), (summary.FilesNew, summary.FilesChanged, summary.FilesUnmodified));
        Assert.Equal((0, 1, 1), (summary.DirsNew, summary.DirsChanged, summary.DirsUnmodified));
        Assert.Equal(first.Snapshot.Id, second.Snapshot.Parent);
        Assert.Equal("afterwards"u8.ToArray(), await scene.ReadAsync(await scene.FindAsync(second, "changed")));
        Assert.Equal("same"u8.ToArray(), await scene.ReadAsync(Assert.Single(await scene.ListAsync(second, "d"))));
    }

    [Fact]
    public async Task An_unchanged_tree_adds_nothing_and_has_the_same_id()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        NastyTree.Build(scene.Source);
        BackupReport first = await scene.RunAsync();
        BackupReport second = await scene.RunAsync(first.Snapshot, afterRead: _ => Assert.Fail("A file was read."));
        Assert.Equal(first.Snapshot.Tree, second.Snapshot.Tree);
        Assert.Equal(0, second.Snapshot.Summary!.DataBlobs);
        Assert.Equal(0, second.Snapshot.Summary.TreeBlobs);
        Assert.Equal(0, second.Snapshot.Summary.FilesNew + second.Snapshot.Summary.FilesChanged);
        Assert.Equal(0, second.Snapshot.Summary.DirsNew + second.Snapshot.Summary.DirsChanged);
        Assert.Equal(first.Snapshot.Summary!.TotalBytesProcessed, second.Snapshot.Summary.TotalBytesProcessed);
    }

    [Fact]
    public async Task The_same_size_and_modify_time_do_not_hide_a_change()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["file"], "before");
        var time = new FileTime(1_700_000_000, 5);
        RawFiles.SetModifyTime(scene["file"], time);
        BackupReport first = await scene.RunAsync();
        RawFiles.Write(scene["file"], "after!");
        RawFiles.SetModifyTime(scene["file"], time);
        BackupReport trusting = await scene.RunAsync(first.Snapshot, new BackupOptions { CheckChangeTime = false });
        BackupReport careful = await scene.RunAsync(first.Snapshot);
        Assert.Equal("before"u8.ToArray(), await scene.ReadAsync(await scene.FindAsync(trusting, "file")));
        Assert.Equal("after!"u8.ToArray(), await scene.ReadAsync(await scene.FindAsync(careful, "file")));
    }

    [Fact]
    public async Task A_file_that_changed_while_the_parent_was_made_is_read_again()
    {
        await using BackupScene scene = await BackupScene.MakeAsync(workers: 1);
        RawFiles.Write(scene["a"], "a");
        RawFiles.Write(scene["b"], "b");
        BackupReport first = await scene.RunAsync(afterRead: name =>
        {
            if (name.AsSpan().SequenceEqual("a"u8))
            {
                RawFiles.Write(scene["b"], "changed");
            }
        });
        Assert.Empty(first.Problems);
        List<string> read = [];
        BackupReport second = await scene.RunAsync(
            first.Snapshot,
            afterRead: name => read.Add(System.Text.Encoding.UTF8.GetString(name))
        );
        Assert.Equal(["b"], read);
        Assert.Equal(first.Snapshot.Tree, second.Snapshot.Tree);
    }

    [Fact]
    public async Task Another_inode_is_another_file()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        var time = new FileTime(1_700_000_000, 5);
        RawFiles.Write(scene["file"], "before");
        RawFiles.SetModifyTime(scene["file"], time);
        BackupReport first = await scene.RunAsync();
        RawFiles.Write(scene["other"], "after!");
        RawFiles.SetModifyTime(scene["other"], time);
        RawFiles.Rename(scene["other"], scene["file"]);
        BackupReport second = await scene.RunAsync(first.Snapshot, new BackupOptions { CheckChangeTime = false });
        Assert.Equal("after!"u8.ToArray(), await scene.ReadAsync(await scene.FindAsync(second, "file")));
    }

    [Fact]
    public async Task Attributes_once_left_out_are_read_by_the_next_backup()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.MakeDirectory(scene["directory"]);
        RawFiles.Write(scene["file"], "content");
        RawFiles.SetAttribute(scene["directory"], "user.long", new byte[1000]);
        RawFiles.SetAttribute(scene["file"], "user.long", new byte[1000]);
        var tight = new BackupOptions { MaxAttributeBytes = 500 };
        BackupReport first = await scene.RunAsync(options: tight);
        BackupReport again = await scene.RunAsync(first.Snapshot, tight);
        Assert.Equal((2, 2), (first.ItemErrors, again.ItemErrors));
        BackupReport whole = await scene.RunAsync(again.Snapshot);
        Assert.Equal(0, whole.ItemErrors);
        Assert.All(
            await scene.ListAsync(whole),
            node => Assert.Equal(1000, node.ExtendedAttributes.Single().Value.Length)
        );
        BackupReport anew = await scene.RunAsync();
        Assert.Equal(anew.Snapshot.Tree, whole.Snapshot.Tree);
        await scene.Restic.CheckAsync();
    }

    [Fact]
    public async Task New_metadata_of_unchanged_content_is_stored()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["file"], "content");
        BackupReport first = await scene.RunAsync();
        RawFiles.ChangeMode(scene["file"], 0x180);
        RawFiles.SetAttribute(scene["file"], "user.a", "b"u8);
        BackupReport second = await scene.RunAsync(first.Snapshot, new BackupOptions { CheckChangeTime = false });
        Node node = await scene.FindAsync(second, "file");
        Assert.Equal(0x180u, node.Mode);
        Assert.Single(node.ExtendedAttributes);
        Assert.Equal(1, second.Snapshot.Summary!.FilesUnmodified);
    }

    [Fact]
    public async Task Content_that_the_repository_lost_is_read_again()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["file"], "content");
        BackupReport first = await scene.RunAsync();
        await using BackupScene other = await BackupScene.MakeAsync();
        await scene.Restic.RunAsync("forget", "--prune", first.Snapshot.Id.ToString());
        BackupReport second = await scene.RunAsync(first.Snapshot);
        Assert.Equal("content"u8.ToArray(), await scene.ReadAsync(await scene.FindAsync(second, "file")));
        await scene.Restic.CheckAsync();
    }

    [Fact]
    public void The_parent_is_the_latest_of_the_same_host_and_paths()
    {
        Snapshot Made(int hour, string host, params string[] paths) =>
            new()
            {
                Time = new DateTimeOffset(2026, 1, 1, hour, 0, 0, TimeSpan.Zero),
                Tree = default,
                Paths = paths,
                Hostname = host,
            };
        Snapshot[] snapshots =
        [
            Made(1, "h", "/a", "/b"),
            Made(3, "h", "/b", "/a"),
            Made(2, "h", "/a", "/b"),
            Made(4, "h", "/a"),
            Made(5, "other", "/a", "/b"),
            Made(9, "h", "/a", "/b"),
        ];
        DateTimeOffset before = snapshots[4].Time;
        Assert.Same(snapshots[1], ParentSnapshot.Choose(snapshots, "h", ["/a", "/b"], before));
        Assert.Null(ParentSnapshot.Choose(snapshots, "h", ["/c"], before));
    }

    /// <summary>It may have been written to after its capture, and before the run began, within one tick of the clock.</summary>
    [Fact]
    public async Task A_file_that_is_younger_than_the_parents_capture_is_read_again()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["file"], "content");
        DateTimeOffset hourAgo = DateTimeOffset.UtcNow - TimeSpan.FromHours(1);
        BackupReport first = await scene.RunAsync(capturedAt: hourAgo);
        BackupReport second = await scene.RunAsync(first.Snapshot);
        Assert.Equal((1, 0), (second.Snapshot.Summary!.FilesChanged, second.Snapshot.Summary.FilesUnmodified));
        Assert.Equal(first.Snapshot.Tree, second.Snapshot.Tree);
    }

    [Fact]
    public async Task A_source_without_its_device_has_the_same_tree_wherever_it_lies()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["file"], "content");
        BackupOptions options = new() { RecordDevice = false };
        BackupReport first = await scene.RunAsync(options: options);
        Assert.Equal(0UL, (await scene.FindAsync(first, "file")).DeviceId);
        BackupReport second = await scene.RunAsync(first.Snapshot, options, _ => Assert.Fail("A file was read."));
        Assert.Equal(first.Snapshot.Tree, second.Snapshot.Tree);
    }
}
