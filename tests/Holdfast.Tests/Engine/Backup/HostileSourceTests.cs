using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Files;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Engine.Backup;

public sealed class HostileSourceTests
{
    [Fact]
    public async Task A_file_written_to_while_read_is_read_again()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["file"], "first");
        int reads = 0;
        BackupReport report = await scene.RunAsync(afterRead: _ =>
        {
            if (++reads == 1)
            {
                RawFiles.Write(scene["file"], "second, longer");
            }
        });
        Assert.Equal(2, reads);
        Assert.Equal("second, longer"u8.ToArray(), await scene.ReadAsync(await scene.FindAsync(report, "file")));
        Assert.Empty(report.Problems);
    }

    [Fact]
    public async Task A_file_that_never_rests_is_kept_as_last_read_and_said_so()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["file"], "0");
        int reads = 0;
        BackupReport first = await scene.RunAsync(afterRead: _ =>
            RawFiles.Write(scene["file"], new string('x', ++reads * 10))
        );
        Assert.Equal(new BackupOptions().ReadAttempts, reads);
        BackupProblem problem = Assert.Single(first.Problems);
        Assert.Equal(BackupProblemKind.ChangedWhileRead, problem.Kind);
        Assert.Equal($"/{BackupScene.SourceName}/file", Encoding.UTF8.GetString(problem.Path));
        Assert.Equal(1, first.ItemErrors);
        Assert.Equal(20ul, (await scene.FindAsync(first, "file")).Size);

        // Its status is that of before the read, so the next backup reads it again.
        BackupReport second = await scene.RunAsync(first.Snapshot);
        Assert.Equal(30ul, (await scene.FindAsync(second, "file")).Size);
        Assert.Empty(second.Problems);
    }

    [Fact]
    public async Task A_file_replaced_while_read_is_the_new_one()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["file"], "old");
        RawFiles.Write(scene[".new"], "new");
        BackupReport report = await scene.RunAsync(afterRead: name =>
        {
            if (name.AsSpan().SequenceEqual("file"u8) && File.Exists(Path.Join(scene.Source, ".new")))
            {
                RawFiles.Rename(scene[".new"], scene["file"]);
            }
        });
        Assert.Equal("new"u8.ToArray(), await scene.ReadAsync(await scene.FindAsync(report, "file")));
    }

    [Fact]
    public async Task A_file_swapped_for_a_link_to_the_outside_leads_nowhere()
    {
        await using BackupScene scene = await BackupScene.MakeAsync(workers: 1);
        RawFiles.Write((RawPath)scene.Beside("outside") / "secret", "the secret");
        RawFiles.Write(scene["a"], "first");
        RawFiles.Write(scene["b"], "swapped");
        RawPath outside = scene[".."] / "outside" / "secret";
        BackupReport report = await scene.RunAsync(afterRead: name =>
        {
            if (name.AsSpan().SequenceEqual("a"u8))
            {
                RawFiles.Delete(scene["b"]);
                RawFiles.Symlink(outside, scene["b"]);
            }
        });
        Assert.Equal(["a"], await scene.NamesAsync(report));
        Assert.Equal(1, report.ProblemCounts[BackupProblemKind.Vanished]);
    }

    [Fact]
    public async Task What_vanishes_after_it_was_listed_is_counted()
    {
        await using BackupScene scene = await BackupScene.MakeAsync(workers: 1);
        RawFiles.Write(scene["a"], "first");
        RawFiles.Write(scene["b"], "gone");
        RawFiles.Symlink("gone", scene["c"]);
        BackupReport report = await scene.RunAsync(afterRead: _ =>
        {
            RawFiles.Delete(scene["b"]);
            RawFiles.Delete(scene["c"]);
        });
        Assert.Equal(["a"], await scene.NamesAsync(report));
        Assert.Equal(2, report.ProblemCounts[BackupProblemKind.Vanished]);
        Assert.Equal(2, report.ItemErrors);
    }

    [Fact]
    public async Task A_file_beyond_the_size_limit_is_left_out()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["fits"], new byte[100]);
        RawFiles.Write(scene["too-large"], new byte[101]);
        BackupReport report = await scene.RunAsync(options: new BackupOptions { MaxFileSize = 100 });
        Assert.Equal(["fits"], await scene.NamesAsync(report));
        Assert.Equal(1, report.ProblemCounts[BackupProblemKind.TooLarge]);
    }

    [Fact]
    public async Task A_hole_as_large_as_the_file_system_allows_ends_nothing()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["small"], "small");
        using (FileStream huge = RawFiles.Create(scene["huge"]))
        {
            huge.SetLength(15L << 40);
        }
        BackupReport report = await scene.RunAsync(options: new BackupOptions { MaxFileBlobs = 100 });
        Assert.Equal(["small"], await scene.NamesAsync(report));
        Assert.Equal(1, report.ProblemCounts[BackupProblemKind.TooLarge]);
    }

    [Fact]
    public async Task A_directory_keeps_what_its_tree_has_room_for()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.MakeDirectory(scene["within"]);
        RawFiles.MakeDirectory(scene["within/more"]);
        for (int number = 0; number < 3; number++)
        {
            RawFiles.Write(scene[$"file-{number}"], "x");
            RawFiles.Symlink("to", scene[$"link-{number}"]);
        }
        BackupReport report = await scene.RunAsync(options: new BackupOptions { MaxTreeBytes = 2000 });
        List<string> names = await scene.NamesAsync(report);
        Assert.InRange(names.Count, 3, 4);
        Assert.Equal(7 - names.Count, report.ProblemCounts[BackupProblemKind.TooLarge]);
        Assert.Equal(7 - names.Count, report.ItemErrors);
        int files = names.Count(name => name.StartsWith("file", StringComparison.Ordinal));
        Assert.Equal(files, report.Snapshot.Summary!.TotalBytesProcessed);
        await scene.Restic.CheckAsync();

        BackupReport roomy = await scene.RunAsync(report.Snapshot);
        Assert.Equal(0, roomy.ItemErrors);
        Assert.Equal(7, (await scene.ListAsync(roomy)).Count);
    }

    [Fact]
    public async Task An_attribute_name_that_is_no_text_is_a_problem_of_every_backup()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.MakeDirectory(scene["directory"]);
        RawFiles.Write(scene["file"], "content");
        RawFiles.SetAttribute(scene["directory"], [.. "user."u8, 0xff], "x"u8);
        RawFiles.SetAttribute(scene["file"], [.. "user."u8, 0xff], "x"u8);
        BackupReport first = await scene.RunAsync();
        BackupReport second = await scene.RunAsync(first.Snapshot);
        foreach (BackupReport report in (BackupReport[])[first, second])
        {
            Assert.Equal(2, report.ProblemCounts[BackupProblemKind.AttributeNameAltered]);
            Assert.Equal(2, report.ItemErrors);
        }
    }

    [Fact]
    public async Task More_attributes_than_the_limit_are_left_out_and_the_file_is_not()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["file"], "content");
        RawFiles.SetAttribute(scene["file"], "user.long", new byte[1000]);
        RawFiles.MakeDirectory(scene["directory"]);
        RawFiles.SetAttribute(scene["directory"], "user.long", new byte[1000]);
        BackupReport report = await scene.RunAsync(options: new BackupOptions { MaxAttributeBytes = 500 });
        Assert.Equal(2, report.ProblemCounts[BackupProblemKind.AttributesTooLarge]);
        Assert.All(await scene.ListAsync(report), node => Assert.Empty(node.ExtendedAttributes));
        Assert.Equal(["directory", "file"], await scene.NamesAsync(report));
    }

    [Fact]
    public async Task A_path_deeper_than_any_system_call_takes_is_stored_to_the_limit()
    {
        const int depth = 5000;
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.MakeDeep(scene.Source, "d", depth);
        RawFiles.MakeDirectory(scene["d/e"]);
        RawFiles.Write(scene["d/e/file"], "after the depths");
        BackupReport report = await scene.RunAsync();
        BackupProblem problem = Assert.Single(report.Problems);
        Assert.Equal(BackupProblemKind.TooDeep, problem.Kind);
        Assert.Equal(2 * (new BackupOptions().MaxDepth + 1), problem.Path.Length - BackupScene.SourceName.Length - 1);
        Assert.Equal(new BackupOptions().MaxDepth + 2, report.Snapshot.Summary!.DirsNew);
        Assert.Equal(["file"], await scene.NamesAsync(report, "d", "e"));
        int levels = 0;
        var nodes = await scene.ListAsync(report);
        for (; nodes.Count != 0; levels++)
        {
            nodes = await scene.LoadAsync(nodes[0].Subtree!.Value);
        }
        Assert.Equal(new BackupOptions().MaxDepth, levels);
    }

    [Fact]
    public async Task A_comb_of_deep_directories_takes_few_descriptors()
    {
        // On the way back each level has a second directory, whose parent was closed long ago.
        const int depth = 1500;
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.MakeDeep(scene.Source, "d", depth);
        byte[] path = [];
        for (int level = 0; level < depth; level += 50)
        {
            RawPath above = string.Join('/', Enumerable.Repeat("d", level));
            RawFiles.MakeDirectory(scene[above / "z"]);
            RawFiles.Write(scene[above / "z" / "file"], $"{level}");
        }
        BackupReport report = await scene.RunAsync();
        Assert.Empty(report.Problems);
        Assert.Equal(depth + (depth / 50) + 1, report.Snapshot.Summary!.DirsNew);
        Assert.Equal(depth / 50, report.Snapshot.Summary.FilesNew);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_left_out_and_said_so()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["file"], "fine");
        // A process's memory can be opened and not be read at its begin, by root neither.
        using var source = BackupSource.FromPaths([scene.Source, "/proc/self/mem"]);
        BackupReport report = await scene.RunAsync(source);
        BackupProblem problem = Assert.Single(report.Problems);
        Assert.Equal((BackupProblemKind.Unreadable, Errno.EIO), (problem.Kind, problem.Errno));
        Assert.Equal("/proc/self/mem", Encoding.UTF8.GetString(problem.Path));
        Assert.Equal(1, report.ItemErrors);
        Assert.Equal(1, report.Snapshot.Summary!.FilesNew);
    }

    [Fact]
    public async Task Another_file_system_is_left_out_and_said_so()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.MakeDirectory(scene["mounted"]);
        RawFiles.Write(scene["file"], "ours");
        string mounted = Path.Join(scene.Source, "mounted");
        ProcessResult mount = await ChildProcess.RunAsync("mount", ["-t", "tmpfs", "none", mounted]);
        Assert.SkipUnless(mount.ExitCode == 0, "Only root may mount.");
        try
        {
            RawFiles.Write(scene["mounted/inside"], "not ours");
            BackupReport report = await scene.RunAsync();
            Assert.Equal(["file"], await scene.NamesAsync(report));
            Assert.Equal(BackupProblemKind.MountPoint, Assert.Single(report.Problems).Kind);
            Assert.Equal(0, report.ItemErrors);
        }
        finally
        {
            (await ChildProcess.RunAsync("umount", [mounted])).Checked("umount");
        }
    }

    [Fact]
    public async Task Problems_are_all_counted_and_only_the_first_listed()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        for (int number = 0; number < 30; number++)
        {
            RawFiles.MakeNode(scene[$"{number}"], FileKind.Socket);
        }
        BackupReport report = await scene.RunAsync(options: new BackupOptions { MaxListedProblems = 10 });
        Assert.Equal(30, report.ProblemCounts[BackupProblemKind.Socket]);
        Assert.Equal(10, report.Problems.Count);
    }

    [Fact]
    public async Task What_vanishes_from_a_source_that_stands_still_ends_the_run()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["a"], "a");
        RawFiles.Write(scene["b"], "b");
        EngineError error = await Assert.ThrowsAsync<EngineError>(() =>
            scene.RunAsync(
                options: new BackupOptions { IsStill = true },
                afterRead: _ => File.Delete(Path.Join(scene.Source, "b"))
            )
        );
        Assert.True(error.Temporary);
        Assert.Empty(await scene.Repository.ListSnapshotsAsync(default));
    }
}
