using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Chunking;
using Holdfast.Engine.Files;
using Holdfast.Engine.Images;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Snapshots;
using Holdfast.Engine.Trees;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Holdfast.Tests.Engine.Chunking;
using Xunit;

namespace Holdfast.Tests.Engine.Images;

public sealed class ImageBackupTests
{
    private static readonly KnownChanges Nothing = new([]);

    [Fact]
    public async Task Restic_finds_nothing_wrong_and_restores_the_image()
    {
        await using ImageBackupScene scene = await ImageBackupScene.MakeAsync();
        byte[] content = Data.Mixed(new Random(1), 20_000_000);
        content.AsSpan(5_000_000, 4_000_000).Clear();
        RawFiles.Write(scene.Image, content);
        ImageBackupReport report = await scene.RunAsync();
        await scene.Restic.CheckAsync();
        string target = scene.Beside("restored");
        await scene.Restic.RestoreAsync("latest", target);
        Assert.Equal(content, await File.ReadAllBytesAsync($"{target}/{ImageBackupScene.Volume}/volume.raw"));
        Assert.Equal(
            (FileKind.File, 0x180, 0u, 0u),
            StatusOf(RawFiles.Status($"{target}/{ImageBackupScene.Volume}/volume.raw"))
        );
        Assert.Equal(
            (FileKind.Directory, 0x1c0, 0u, 0u),
            StatusOf(RawFiles.Status($"{target}/{ImageBackupScene.Volume}"))
        );
        Assert.Equal(["/" + ImageBackupScene.Volume], report.Backup.Snapshot.Paths);
    }

    [Fact]
    public async Task The_blobs_are_those_of_any_file()
    {
        await using ImageBackupScene scene = await ImageBackupScene.MakeAsync();
        new RandomImage(scene.Image, seed: 5).Make();
        ImageBackupReport image = await scene.RunAsync();
        using var source = BackupSource.Single(ImageBackupScene.Volume, DirectoryHandle.Open(scene.Directory));
        await using RepositoryLock held = await scene.Repository.LockAsync(exclusive: false, CancellationToken.None);
        var request = new BackupRequest { Paths = source.Paths, Hostname = "holdfast" };
        BackupReport tree = await new TreeBackup(scene.Repository, source, request).RunAsync(
            held,
            CancellationToken.None
        );
        Assert.Equal(0, tree.Snapshot.Summary!.DataBlobs);
        Assert.Equal(image.Backup.Snapshot.Summary!.TotalBytesProcessed, tree.Snapshot.Summary.TotalBytesProcessed);
    }

    [Fact]
    public async Task A_report_says_what_was_read_and_what_was_added()
    {
        await using ImageBackupScene scene = await ImageBackupScene.MakeAsync();
        byte[] content = Data.Random(new Random(2), 12_000_000);
        RawFiles.Write(scene.Image, content);
        ImageBackupReport first = await scene.RunAsync();
        Assert.Equal((12_000_000L, false), (first.BytesRead, first.IsIncremental));
        SnapshotSummary summary = first.Backup.Snapshot.Summary!;
        Assert.Equal((12_000_000L, 1L, 1L), (summary.TotalBytesProcessed, summary.FilesNew, summary.DirsNew));
        Assert.True(summary.DataAdded > 12_000_000 && summary.DataAddedPacked > 12_000_000);

        RawFiles.Write(scene.Image, [.. content[..6_000_000], .. "changed"u8, .. content[6_000_007..]]);
        IReadOnlyList<Id> before = await scene.BlobsAsync(first);
        ImageBackupReport second = await scene.RunAsync(
            first.Backup.Snapshot,
            new KnownChanges([(6_000_000, 6_000_007)])
        );
        summary = second.Backup.Snapshot.Summary!;
        Assert.True(second.IsIncremental);
        Assert.InRange(second.BytesRead, 1, Chunker.MaxSize * 2L);
        Assert.Equal((12_000_000L, 1L, 0L), (summary.TotalBytesProcessed, summary.FilesChanged, summary.FilesNew));
        Assert.Equal((await scene.BlobsAsync(second)).Except(before).Count(), summary.DataBlobs);
        Assert.Equal(first.Backup.Snapshot.Id, second.Backup.Snapshot.Parent);

        ImageBackupReport third = await scene.RunAsync(second.Backup.Snapshot, Nothing);
        Assert.Equal((0L, true), (third.BytesRead, third.IsIncremental));
        Assert.Equal(
            (1L, 0L),
            (third.Backup.Snapshot.Summary!.FilesUnmodified, third.Backup.Snapshot.Summary.DataBlobs)
        );
    }

    [Fact]
    public async Task A_hole_costs_neither_reading_nor_a_blob_of_its_own()
    {
        await using ImageBackupScene scene = await ImageBackupScene.MakeAsync();
        using (FileStream file = RawFiles.Create(scene.Image))
        {
            file.SetLength(16L << 30);
        }
        ImageBackupReport report = await scene.RunAsync();
        Assert.Equal((0L, 1L), (report.BytesRead, report.Backup.Snapshot.Summary!.DataBlobs));
        IReadOnlyList<Id> blobs = await scene.BlobsAsync(report);
        Assert.Equal((32 * 1024, 1), (blobs.Count, blobs.Distinct().Count()));
    }

    [Fact]
    public async Task Zeros_that_were_written_are_the_blobs_of_a_hole()
    {
        await using ImageBackupScene scene = await ImageBackupScene.MakeAsync();
        RawFiles.Write(scene.Image, new byte[9_000_000]);
        ImageBackupReport written = await scene.RunAsync();
        using (FileStream file = RawFiles.Create(scene.Image))
        {
            file.SetLength(9_000_000);
        }
        ImageBackupReport hole = await scene.RunAsync();
        Assert.Equal(await scene.BlobsAsync(written), await scene.BlobsAsync(hole));
        Assert.Equal(9_000_000, written.BytesRead);
    }

    [Fact]
    public async Task An_empty_image_has_no_blob()
    {
        await using ImageBackupScene scene = await ImageBackupScene.MakeAsync();
        RawFiles.Write(scene.Image, "");
        ImageBackupReport first = await scene.RunAsync();
        Assert.Empty(await scene.BlobsAsync(first));
        RawFiles.Write(scene.Image, "no longer");
        ImageBackupReport second = await scene.RunAsync(first.Backup.Snapshot, Nothing);
        Assert.Equal("no longer", await scene.ReadTextAsync(second));
    }

    [Fact]
    public async Task A_block_device_is_read_like_a_file()
    {
        await using ImageBackupScene scene = await ImageBackupScene.MakeAsync();
        byte[] content = Data.Mixed(new Random(3), 6 << 20);
        content.AsSpan(1 << 20, 3 << 20).Clear();
        RawFiles.Write(scene.Image, content);
        ImageBackupReport file = await scene.RunAsync();
        await using LoopDevice device = await LoopDevice.OverAsync(scene.Image);
        using DirectoryHandle directory = DirectoryHandle.Open("/dev");
        using ImageSource source = ImageSource.Open(directory, Encoding.UTF8.GetBytes(device.Name), device: true);
        Assert.Equal((content.Length, true), (source.Size, source.IsBlockDevice));
        ImageBackupReport report = await scene.RunAsync(source);
        Assert.Equal(await scene.BlobsAsync(file), await scene.BlobsAsync(report));
        Assert.Equal(0, report.Backup.ItemErrors);
    }

    [Fact]
    public async Task A_live_image_that_is_written_to_is_stored_as_read_and_counted()
    {
        await using ImageBackupScene scene = await ImageBackupScene.MakeAsync();
        RawFiles.Write(scene.Image, "before");
        int readings = 0;
        ImageBackupReport report = await scene.RunAsync(afterRead: () =>
        {
            readings++;
            RawFiles.Write(scene.Image, "afterwards");
        });
        Assert.Equal((1, 1L), (readings, report.Backup.ItemErrors));
        BackupProblem problem = Assert.Single(report.Backup.Problems);
        Assert.Equal(BackupProblemKind.ChangedWhileRead, problem.Kind);
        Assert.Equal($"/{ImageBackupScene.Volume}/volume.raw", Encoding.UTF8.GetString(problem.Path));
        Assert.Equal("before", await scene.ReadTextAsync(report));
    }

    [Fact]
    public async Task An_image_that_should_stand_still_and_does_not_is_an_error()
    {
        await using ImageBackupScene scene = await ImageBackupScene.MakeAsync();
        RawFiles.Write(scene.Image, "before");
        EngineError error = await Assert.ThrowsAsync<EngineError>(() =>
            scene.RunAsync(
                options: new BackupOptions { IsStill = true },
                afterRead: () => RawFiles.Write(scene.Image, "afterwards")
            )
        );
        Assert.Equal((EngineErrorKind.Files, true), (error.Kind, error.Temporary));
        Assert.Empty(await scene.Repository.ListSnapshotsAsync(CancellationToken.None));
    }

    [Fact]
    public async Task An_image_that_became_shorter_since_it_was_opened_is_counted_and_ends_in_zeros()
    {
        await using ImageBackupScene scene = await ImageBackupScene.MakeAsync();
        byte[] content = Data.Random(new Random(4), 3_000_000);
        RawFiles.Write(scene.Image, content);
        using ImageSource source = scene.Open();
        using (FileStream file = RawFiles.OpenWrite(scene.Image))
        {
            file.SetLength(1_000_000);
        }
        ImageBackupReport report = await scene.RunAsync(source);
        Assert.Equal(1, report.Backup.ProblemCounts[BackupProblemKind.ChangedWhileRead]);
        content.AsSpan(1_000_000).Clear();
        Assert.Equal(content, await scene.ReadAsync(report));
    }

    [Theory]
    [InlineData(1L << 40, 8, "8 blobs")]
    [InlineData(5_000_000, 4 << 20, "8388608 bytes")]
    public async Task An_image_beyond_a_limit_is_an_error(long maxSize, int maxBlobs, string said)
    {
        await using ImageBackupScene scene = await ImageBackupScene.MakeAsync();
        using (FileStream file = RawFiles.Create(scene.Image))
        {
            file.SetLength(16 * Chunker.MinSize);
        }
        var options = new BackupOptions { MaxFileSize = maxSize, MaxFileBlobs = maxBlobs };
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => scene.RunAsync(options: options));
        Assert.Equal((EngineErrorKind.Files, false), (error.Kind, error.Temporary));
        Assert.Contains(said, error.PublicMessage, StringComparison.Ordinal);
        Assert.Empty(await scene.Repository.ListSnapshotsAsync(CancellationToken.None));
        await scene.RunAsync(options: options with { MaxFileSize = 16 * Chunker.MinSize, MaxFileBlobs = 16 });
    }

    [Fact]
    public async Task What_a_parent_does_not_have_is_read()
    {
        await using ImageBackupScene scene = await ImageBackupScene.MakeAsync();
        RawFiles.Write(scene.Image, Data.Random(new Random(6), 12_000_000));
        ImageBackupReport full = await scene.RunAsync();
        List<Id> blobs = [.. await scene.BlobsAsync(full)];
        Assert.True(blobs.Count > 3);
        List<Id> lacking = [blobs[0], blobs[1], new Id(new byte[Id.Size]), .. blobs[3..]];
        ImageBackupReport report = await scene.RunAsync(await MakeSnapshotAsync(scene, lacking), Nothing);
        Assert.Equal(blobs, await scene.BlobsAsync(report));
        long kept = blobs[..2].Sum(id => LengthOf(scene, id));
        Assert.Equal(12_000_000 - kept, report.BytesRead);
    }

    [Fact]
    public async Task A_parent_of_something_else_is_none()
    {
        await using ImageBackupScene scene = await ImageBackupScene.MakeAsync();
        RawFiles.Write(scene.Image, Data.Random(new Random(7), 3_000_000));
        ImageBackupReport first = await scene.RunAsync();
        Snapshot other = first.Backup.Snapshot with { Tree = await SaveTreeAsync(scene, null) };
        ImageBackupReport second = await scene.RunAsync(other, Nothing);
        Assert.Equal((3_000_000L, false), (second.BytesRead, second.IsIncremental));
        Snapshot missing = first.Backup.Snapshot with { Tree = new Id(new byte[Id.Size]) };
        ImageBackupReport third = await scene.RunAsync(missing, Nothing);
        Assert.Equal((3_000_000L, false), (third.BytesRead, third.IsIncremental));
        Assert.Equal(1, third.Backup.ProblemCounts[BackupProblemKind.ParentDamaged]);
        Assert.Equal(0, third.Backup.ItemErrors);
        // Whoever finds the snapshot later tells by its parent whether it was compared with one.
        ImageBackupReport fourth = await scene.RunAsync(first.Backup.Snapshot);
        Assert.Equal(
            [null, null, null],
            ((ImageBackupReport[])[second, third, fourth]).Select(report => report.Backup.Snapshot.Parent)
        );
    }

    [Fact]
    public async Task Changes_are_not_taken_of_a_live_image_nor_together_with_digests()
    {
        await using ImageBackupScene scene = await ImageBackupScene.MakeAsync();
        RawFiles.Write(scene.Image, "content");
        foreach ((bool isStill, ImageDigests? digests) in new[] { (false, null), (true, ImageDigests.Create()) })
        {
            EngineError error = await Assert.ThrowsAsync<EngineError>(() =>
                scene.RunAsync(changes: Nothing, digests: digests, options: new BackupOptions { IsStill = isStill })
            );
            Assert.Equal(EngineErrorKind.Invalid, error.Kind);
        }
    }

    private static long LengthOf(ImageBackupScene scene, Id id) =>
        scene.Repository.TryLocate(BlobKind.Data, id, out BlobLocation location) ? location.PlaintextLength : 0;

    private static (FileKind, int, uint, uint) StatusOf(Holdfast.Testing.Files.FileStatus status) =>
        (status.Kind, status.Permissions, status.Uid, status.Gid);

    private static async Task<Snapshot> MakeSnapshotAsync(ImageBackupScene scene, IReadOnlyList<Id> content) =>
        await scene.Repository.SaveSnapshotAsync(
            new Snapshot
            {
                Time = DateTimeOffset.UnixEpoch,
                Tree = await SaveTreeAsync(scene, content),
                Paths = [],
            },
            CancellationToken.None
        );

    private static async Task<Id> SaveTreeAsync(ImageBackupScene scene, IReadOnlyList<Id>? content)
    {
        await using BlobWriter writer = scene.Repository.CreateWriter();
        var nodes = new ImageNodes(DateTimeOffset.UnixEpoch);
        byte[] name = Encoding.UTF8.GetBytes(content is null ? "another" : ImageLayout.FileName);
        Node file = nodes.File(name, content ?? [], 0);
        Id tree = await ImageNodes.SaveTreeAsync(file, writer, CancellationToken.None);
        tree = await ImageNodes.SaveTreeAsync(
            nodes.Directory(Encoding.UTF8.GetBytes(ImageBackupScene.Volume), tree),
            writer,
            CancellationToken.None
        );
        await writer.FlushAsync(CancellationToken.None);
        return tree;
    }
}
