using Holdfast.Engine.Backup;
using Holdfast.Engine.Copying;
using Holdfast.Engine.Files;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Engine.Copying;

/// <summary>Copies to another file system, so that no blocks are shared.</summary>
public sealed class TreeCopyTests
{
    [Fact]
    public async Task A_file_that_was_written_to_meanwhile_is_copied_again()
    {
        await using Scene scene = await Scene.MakeAsync();
        RawFiles.Write(scene.File, "before");
        int readings = 0;
        CopyReport report = scene.Run(_ =>
        {
            if (++readings == 1)
            {
                RawFiles.Write(scene.File, "afterwards");
            }
        });
        Assert.Equal(new CopyReport(1, 0, 0), report);
        Assert.Equal(2, readings);
        Assert.Equal("afterwards", scene.Copied);
    }

    [Fact]
    public async Task A_file_that_never_stands_still_is_copied_and_counted()
    {
        await using Scene scene = await Scene.MakeAsync();
        RawFiles.Write(scene.File, "0");
        int readings = 0;
        CopyReport report = scene.Run(_ => File.AppendAllText(scene.File, $"{++readings}"));
        Assert.Equal(new CopyReport(1, 0, 1), report);
        Assert.Equal((3, "012"), (readings, scene.Copied));
    }

    [Fact]
    public async Task A_file_that_is_cut_each_time_has_no_zeros_in_place_of_what_was_cut_off()
    {
        await using Scene scene = await Scene.MakeAsync();
        RawFiles.Write(scene.File, "12345");
        CopyReport report = scene.Run(_ =>
        {
            using FileStream file = File.OpenWrite(scene.File);
            file.SetLength(file.Length - 1);
        });
        Assert.Equal(new CopyReport(1, 0, 1), report);
        Assert.Equal("12", scene.Copied);
    }

    [Fact]
    public async Task Too_many_attributes_are_left_out_and_the_file_is_not()
    {
        await using Scene scene = await Scene.MakeAsync();
        RawFiles.Write(scene.File, "content");
        byte[] value = new byte[60_000];
        for (int i = 0; i <= new BackupOptions().MaxAttributeBytes / value.Length; i++)
        {
            RawFiles.SetAttribute(scene.File, $"user.a{i}", value);
        }
        Assert.Equal(new CopyReport(1, 1, 0), scene.Run(null));
        Assert.Equal("content", scene.Copied);
    }

    /// <summary>Names of a file that got the inode of another, which was copied and removed, are not that other file's.</summary>
    [Fact]
    public async Task An_inode_that_is_used_again_is_another_file()
    {
        await using Scene scene = await Scene.MakeAsync();
        // One before the file that is read in between, two after it.
        string[] names = [Path.Join(scene.Source, "a"), Path.Join(scene.Source, "g"), Path.Join(scene.Source, "h")];
        RawFiles.Write(names[0], "first");
        RawFiles.Link(names[0], names[1]);
        RawFiles.Write(scene.File, "read in between");
        RawFiles.Write(names[2], "third");
        ulong inode = RawFiles.Status(names[0]).Inode;
        scene.Run(read =>
        {
            if (!read.AsSpan().SequenceEqual("file"u8))
            {
                return;
            }
            Array.ForEach(names, name => RawFiles.Delete(name));
            for (int spare = 0; !RawFiles.Exists(names[1]) && spare < 1000; spare++)
            {
                RawFiles.Write(names[1], "second");
                if (RawFiles.Status(names[1]).Inode != inode)
                {
                    RawFiles.Rename(names[1], Path.Join(scene.Source, $"spare{spare}"));
                }
            }
            Assert.True(RawFiles.Exists(names[1]), "The inode was not used again.");
            RawFiles.Link(names[1], names[2]);
        });
        Assert.Equal("second", File.ReadAllText(Path.Join(scene.Target, "h")));
    }

    [Fact]
    public async Task A_copy_says_how_far_it_is()
    {
        await using Scene scene = await Scene.MakeAsync();
        RawFiles.Write(scene.File, new string('x', 3 << 20));
        Directory.CreateDirectory(Path.Join(scene.Source, "directory"));
        using (FileStream holes = File.Create(Path.Join(scene.Source, "directory/holes")))
        {
            holes.SetLength(1L << 40);
        }
        (long, long) after = default;
        scene.Run(name => after = name.AsSpan().SequenceEqual("file"u8) ? scene.Progress : after);
        Assert.Equal((3 << 20, 3 << 20), after);
        Assert.Equal(after, scene.Progress);
    }

    [Fact]
    public async Task The_directory_above_the_copy_leaves_nothing_in_it()
    {
        await using Scene scene = await Scene.MakeAsync();
        RawFiles.ChangeOwner(scene.Above, 0, 12345);
        RawFiles.ChangeMode(scene.Above, 0x5ED);
        RawFiles.Write(scene.File, "content");
        Directory.CreateDirectory(Path.Join(scene.Source, "directory"));
        scene.Run(null);
        TreeComparer.AssertEqual(scene.Source, scene.Target);
    }

    private sealed class Scene(LoopDisk disk) : IAsyncDisposable
    {
        private readonly TemporaryDirectory directory = new();
        private TreeCopy? copy;

        public string Source => disk["share"];
        public string File => Path.Join(Source, "file");
        public string Above => directory["above"];
        public string Target => Path.Join(Above, "copy");
        public string Copied => System.IO.File.ReadAllText(Path.Join(Target, "file"));

        public (long Done, long Total) Progress => copy!.Progress;

        public static async Task<Scene> MakeAsync()
        {
            Scene scene = new(await LoopDisk.XfsAsync());
            Directory.CreateDirectory(scene.Source);
            Directory.CreateDirectory(scene.Above);
            return scene;
        }

        public CopyReport Run(Action<byte[]>? afterRead)
        {
            Directory.CreateDirectory(Target);
            using DirectoryPool from = DirectoryPool.Beneath(DirectoryHandle.Open(Source));
            using DirectoryPool to = DirectoryPool.Beneath(DirectoryHandle.Open(Target));
            copy = new TreeCopy(from, to) { AfterRead = afterRead };
            copy.Run(default);
            return copy.Report;
        }

        public async ValueTask DisposeAsync()
        {
            directory.Dispose();
            await disk.DisposeAsync();
        }
    }
}
