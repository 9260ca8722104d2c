using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Images;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Holdfast.Tests.Engine.Chunking;
using Xunit;

namespace Holdfast.Tests.Engine.Images;

/// <summary>On real disks whose files can share blocks.</summary>
public sealed class ExtentChangesTests
{
    private const int Block = 4096;

    public static TheoryData<string> Disks => ["xfs", "btrfs"];

    [Theory]
    [MemberData(nameof(Disks))]
    public async Task Only_what_was_written_has_changed(string kind)
    {
        await using LoopDisk disk = await MountAsync(kind);
        RawFiles.Write(disk["image"], Data.Random(new Random(1), 12_000_000));
        await CloneAsync(disk, "kept");
        await CloneAsync(disk, "same");
        Assert.Empty(Changes(disk, "same", "kept"));
        using (FileStream file = RawFiles.OpenWrite(disk["image"]))
        {
            file.Position = 5_000_000;
            file.WriteByte(1);
        }
        await CloneAsync(disk, "written");
        long block = 5_000_000 / Block * Block;
        Assert.Equal([(block, block + Block)], Changes(disk, "written", "kept"));
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public async Task No_changed_byte_is_missed(string kind)
    {
        await using LoopDisk disk = await MountAsync(kind);
        var image = new RandomImage(disk["image"], seed: 11);
        image.Make();
        await CloneAsync(disk, "kept");
        for (int round = 0; round < 8; round++)
        {
            image.Change();
            await CloneAsync(disk, "now");
            List<(long Start, long End)> changes = Changes(disk, "now", "kept");
            byte[] before = await File.ReadAllBytesAsync(disk["kept"]);
            byte[] now = await File.ReadAllBytesAsync(disk["now"]);
            for (int at = 0; at < Math.Min(before.Length, now.Length); )
            {
                at += before.AsSpan(at).CommonPrefixLength(now.AsSpan(at));
                if (at < Math.Min(before.Length, now.Length))
                {
                    Assert.Contains(changes, change => change.Start <= at && at < change.End);
                    at++;
                }
            }
            RawFiles.Rename(disk["now"], disk["kept"]);
        }
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public async Task Backups_by_extents_are_those_of_full_ones(string kind)
    {
        await using LoopDisk disk = await MountAsync(kind);
        await using ImageBackupScene scene = await ImageBackupScene.MakeAsync(disk.Path);
        var image = new RandomImage(scene.Image, seed: 12);
        image.Make();
        await CloneAsync(disk, "kept");
        ImageBackupReport report = await scene.RunAsync(name: "kept");
        for (int round = 0; round < 5; round++)
        {
            image.Change();
            await CloneAsync(disk, "now");
            using (ImageSource now = scene.Open("now"))
            using (ImageSource kept = scene.Open("kept"))
            {
                report = await scene.RunAsync(now, report.Backup.Snapshot, new ExtentChanges(now, kept));
            }
            ImageBackupReport full = await scene.RunAsync(name: "now");
            Assert.Equal(await scene.BlobsAsync(full), await scene.BlobsAsync(report));
            Assert.True(report.BytesRead <= full.BytesRead);
            RawFiles.Rename(disk["now"], disk["kept"]);
        }
        using ImageSource same = scene.Open("kept");
        await CloneAsync(disk, "again");
        using ImageSource again = scene.Open("again");
        report = await scene.RunAsync(again, report.Backup.Snapshot, new ExtentChanges(again, same));
        Assert.Equal(0, report.BytesRead);
    }

    [Fact]
    public async Task A_file_of_more_extents_than_are_asked_for_at_once_is_compared_to_its_end()
    {
        await using LoopDisk disk = await LoopDisk.XfsAsync();
        const int Extents = 1500;
        using (FileStream file = RawFiles.Create(disk["image"]))
        {
            for (int extent = 0; extent < Extents; extent++)
            {
                file.Position = extent * 2L * Block;
                file.Write(new byte[Block]);
            }
        }
        await CloneAsync(disk, "kept");
        var written = new List<(long, long)>();
        using (FileStream file = RawFiles.OpenWrite(disk["image"]))
        {
            foreach (int extent in (int[])[0, 511, 512, 1024, Extents - 1])
            {
                file.Position = extent * 2L * Block;
                file.WriteByte(1);
                written.Add((file.Position - 1, file.Position - 1 + Block));
            }
        }
        await CloneAsync(disk, "now");
        Assert.Equal(written, Changes(disk, "now", "kept"));
    }

    [Fact]
    public async Task Compressed_blocks_count_as_changed()
    {
        await using LoopDisk disk = await LoopDisk.BtrfsAsync();
        RawFiles.Write(disk["image"], "");
        (await ChildProcess.RunAsync("btrfs", ["property", "set", disk["image"], "compression", "zstd"])).Checked(
            "compressing a file"
        );
        using (FileStream file = RawFiles.OpenWrite(disk["image"]))
        {
            file.Write(Data.Text(new Random(3), 1 << 20));
        }
        await CloneAsync(disk, "kept");
        await CloneAsync(disk, "now");
        Assert.Equal([(0, 1 << 20)], Changes(disk, "now", "kept"));
    }

    [Fact]
    public async Task Files_that_share_nothing_have_changed_throughout()
    {
        await using LoopDisk disk = await LoopDisk.XfsAsync();
        await using LoopDisk other = await LoopDisk.XfsAsync();
        foreach (string path in (string[])[disk["image"], disk["copy"], other["image"]])
        {
            RawFiles.Write(path, Data.Random(new Random(4), 1 << 20));
        }
        Assert.Equal([(0, 1 << 20)], Changes(disk, "image", "copy"));
        Assert.Equal([(0, 1 << 20)], Changes(disk["image"], other["image"]));
        // Nobody keeps a file by opening it twice.
        Assert.Equal([(0, 1 << 20)], Changes(disk, "image", "image"));
    }

    [Fact]
    public async Task A_file_system_without_a_list_of_extents_has_changed_throughout()
    {
        using var temporary = new TemporaryDirectory();
        string directory = temporary.Make("mount");
        await using TemporaryMount mount = await TemporaryMount.OverAsync(directory, "4m");
        RawFiles.Write(directory + "/image", new byte[1 << 20]);
        RawFiles.Write(directory + "/kept", new byte[1 << 20]);
        Assert.Equal([(0, 1 << 20)], Changes(directory + "/image", directory + "/kept"));
    }

    [Fact]
    public async Task Where_files_share_no_blocks_a_list_of_extents_says_nothing()
    {
        await using LoopDisk disk = await LoopDisk.Ext4Async();
        foreach (string name in (string[])["image", "kept"])
        {
            using FileStream file = RawFiles.Create(disk[name]);
            file.SetLength(1 << 20);
        }
        Assert.Equal([(0, 1 << 20)], Changes(disk, "image", "kept"));
    }

    private static Task<LoopDisk> MountAsync(string kind) =>
        kind == "xfs" ? LoopDisk.XfsAsync() : LoopDisk.BtrfsAsync();

    private static async Task CloneAsync(LoopDisk disk, string name) =>
        (await ChildProcess.RunAsync("cp", ["--reflink=always", disk["image"], disk[name]])).Checked("cp --reflink");

    private static List<(long Start, long End)> Changes(LoopDisk disk, string name, string kept) =>
        Changes(disk[name], disk[kept]);

    /// <summary>The changed blocks of the file, those that adjoin as one.</summary>
    private static List<(long Start, long End)> Changes(string path, string kept)
    {
        using ImageSource now = Open(path);
        using ImageSource before = Open(kept);
        var changes = new ExtentChanges(now, before);
        var found = new List<(long Start, long End)>();
        long at = 0;
        while ((at = changes.NextChange(at)) < now.Size)
        {
            long end = Math.Min(now.Size, (at / Block * Block) + Block);
            if (found is [.., var last] && last.End == at)
            {
                found[^1] = (last.Start, end);
            }
            else
            {
                found.Add((at, end));
            }
            at = end;
        }
        return found;
    }

    private static ImageSource Open(string path)
    {
        using var directory = Holdfast.Engine.Files.DirectoryHandle.Open(Path.GetDirectoryName(path)!);
        return ImageSource.Open(directory, Encoding.UTF8.GetBytes(Path.GetFileName(path)));
    }
}
