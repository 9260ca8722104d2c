using System.Text;
using Holdfast.Core;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Sources;
using Holdfast.Core.Workers;
using Holdfast.Engine.Snapshots;
using Holdfast.Testing.Core;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Holdfast.Tests.Core.Workers;
using Xunit;

namespace Holdfast.Tests.Core.Sources;

/// <summary>Shares on btrfs: captured whole, at one moment, and nothing left behind.</summary>
public sealed class SubvolumeCaptureTests : IAsyncLifetime
{
    private LoopDisk disk = null!;
    private WorkerFixture core = null!;
    private Share share = null!;

    private string Captures => disk["captures"];

    private string Trash => disk["trash"];

    public async ValueTask InitializeAsync()
    {
        disk = await LoopDisk.BtrfsAsync();
        core = await WorkerFixture.MakeAsync(options => options with { ShareRoots = [new("local", disk.Path)] });
        // Files are older than a backup only by a clock that shows the same time as theirs.
        core.Time.Advance(DateTimeOffset.UtcNow - core.Time.GetUtcNow());
        share = await core.ShareAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await core.DisposeAsync();
        await disk.DisposeAsync();
    }

    [Fact]
    public async Task A_backup_says_that_it_is_of_a_snapshot_and_leaves_none()
    {
        NastyTree.Build(core.PathOf(share));
        Copy.Of(core.PathOf(share), disk["expected"]);
        Backup backup = await core.BackUpAsync(share);
        Assert.Equal(Capture.Snapshot, backup.Capture);
        Assert.Contains("capture=snapshot", Assert.Single(await core.SnapshotsAsync()).Tags);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Captures));

        Share other = await core.ShareAsync();
        await core.Backups.RestoreAsync(WorkerFixture.Member, backup.Id, other.Id, false, default);
        await core.DrainAsync();
        TreeComparer.AssertEqual(disk["expected"], core.PathOf(other), new TreeComparison { IgnoreSockets = true });
    }

    [Fact]
    public async Task An_unchanged_share_adds_nothing_at_its_next_backup()
    {
        NastyTree.Build(core.PathOf(share));
        core.Time.Advance(TimeSpan.FromMinutes(1));
        await core.BackUpAsync(share);
        core.Time.Advance(TimeSpan.FromMinutes(1));
        Backup second = await core.BackUpAsync(share);
        IReadOnlyList<Snapshot> snapshots = await core.SnapshotsAsync();
        SnapshotSummary summary = snapshots.Single(one => one.Id.ToString() == second.SnapshotId).Summary!;
        Assert.Equal((0, 0), (summary.DataBlobs, summary.TreeBlobs));
        Assert.Equal((0, 0), (summary.FilesNew + summary.FilesChanged, summary.DirsNew + summary.DirsChanged));
        Assert.True(summary.FilesUnmodified > 0);
        Assert.Equal(snapshots[0].Tree, snapshots[1].Tree);
    }

    [Fact]
    public async Task Files_written_in_lock_step_come_back_in_step()
    {
        // Between the two in the order of names, so that a walk that anybody writes under reads them far apart.
        string path = core.PathOf(share);
        await File.WriteAllBytesAsync(Path.Join(path, "m"), Random.Shared.GetItems<byte>([1, 2, 3, 4, 5, 6], 24 << 20));
        using CancellationTokenSource stop = new();
        Task writer = Task.Run(() => WriteInStep(Path.Join(path, "a"), Path.Join(path, "z"), stop.Token));
        await Eventually.HoldsAsync("the writer to write", () => Task.FromResult(File.Exists(Path.Join(path, "z"))));
        Backup backup = await core.BackUpAsync(share);
        await stop.CancelAsync();
        await writer;
        Assert.Equal(Capture.Snapshot, backup.Capture);

        Share other = await core.ShareAsync();
        await core.Backups.RestoreAsync(WorkerFixture.Member, backup.Id, other.Id, false, default);
        await core.DrainAsync();
        string[] first = await File.ReadAllLinesAsync(Path.Join(core.PathOf(other), "a"));
        string[] second = await File.ReadAllLinesAsync(Path.Join(core.PathOf(other), "z"));
        // The moment may lie between the two writes of a step, and nowhere else.
        Assert.InRange(first.Length - second.Length, 0, 1);
        Assert.Equal(first[..second.Length], second);
        Assert.Equal(0, backup.ItemErrors);
    }

    [Fact]
    public async Task A_subvolume_in_the_share_is_left_out_and_said()
    {
        RawFiles.Write((RawPath)core.PathOf(share) / "kept", "kept");
        await BtrfsAsync("subvolume", "create", Path.Join(core.PathOf(share), "nested"));
        Backup backup = await core.BackUpAsync(share);
        Assert.Contains("another file system, left out: /nested", backup.Notes, StringComparison.Ordinal);
        using Restic restic = await core.ResticAsync();
        string listed = await restic.RunAsync("ls", backup.SnapshotId!);
        Assert.Contains("/kept", listed, StringComparison.Ordinal);
        Assert.DoesNotContain("/nested", listed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plain_directory_on_btrfs_is_walked_as_it_is()
    {
        Directory.Move(core.PathOf(share), disk["away"]);
        Directory.CreateDirectory(core.PathOf(share));
        Assert.Equal(Capture.Live, (await core.BackUpAsync(share)).Capture);
        core.Get<TrashBin>().Throw(share, "an operation");
        core.Get<TrashBin>().Empty("local", default);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Trash));
    }

    [Fact]
    public async Task A_disk_that_takes_no_snapshot_is_walked_as_it_is()
    {
        RawFiles.Write((RawPath)core.PathOf(share) / "file", "content");
        (await ChildProcess.RunAsync("mount", ["-o", "remount,ro", disk.Path])).Checked("mount -o remount,ro");
        Assert.Equal(Capture.Live, (await core.BackUpAsync(share)).Capture);
    }

    [Fact]
    public async Task What_a_dead_worker_held_still_goes_when_its_snapshot_is_adopted()
    {
        (Backup made, Operation doomed) = await core.BackUpTooLateAsync(share);
        await CaptureAsync(doomed);
        await core.DrainAsync();
        Assert.Equal(BackupStatus.Available, (await core.Catalog.BackupAsync(made.Id))!.Status);
        Assert.Single(await core.SnapshotsAsync());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Captures));
    }

    [Fact]
    public async Task What_a_dead_worker_held_still_goes_with_the_next_claim()
    {
        await core.CreateAsync(share);
        Operation doomed = await core.ClaimAsync();
        await CaptureAsync(doomed);
        await core.ExpireAsync();
        Operation second = await core.ClaimAsync();
        await core.WorkAsync(second);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Captures));
    }

    [Fact]
    public async Task A_reap_takes_what_dead_workers_held_still_and_no_more()
    {
        await core.CreateAsync(share);
        Operation doomed = await core.ClaimAsync();
        await CaptureAsync(doomed);
        Assert.Equal(0, await ReleaseAsync());
        await core.ExpireAsync();
        Directory.CreateDirectory(Path.Join(Captures, "not a claim's"));
        Assert.Equal(1, await ReleaseAsync());
        Assert.Equal(Path.Join(Captures, "not a claim's"), Assert.Single(Directory.GetDirectories(Captures)));
    }

    [Fact]
    public async Task A_deleted_share_goes_with_the_subvolumes_that_were_made_in_it()
    {
        string path = core.PathOf(share);
        await BtrfsAsync("subvolume", "create", Path.Join(path, "one"));
        await BtrfsAsync("subvolume", "create", Path.Join(path, "one/two"));
        RawFiles.Write((RawPath)path / "one/two/file", "content");
        Directory.CreateDirectory(Path.Join(path, "deep/er"));
        await BtrfsAsync("subvolume", "snapshot", "-r", Path.Join(path, "one"), Path.Join(path, "deep/er/frozen"));
        await BtrfsAsync("property", "set", Path.Join(path, "one"), "ro", "true");
        await BtrfsAsync("property", "set", path, "ro", "true");

        await core.Shares.DeleteAsync(WorkerFixture.Member, share.Id, default);
        await core.DrainAsync();
        Assert.Null(await core.Catalog.ShareAsync(share.Id));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Trash));
        string left = (await BtrfsAsync("subvolume", "list", disk.Path)).Output;
        Assert.DoesNotContain("two", left, StringComparison.Ordinal);
        Assert.DoesNotContain("frozen", left, StringComparison.Ordinal);
    }

    // Each write is made durable before the next: the order of others is not kept by a file system, nor by its snapshots.
    private static void WriteInStep(string one, string other, CancellationToken stop)
    {
        using FileStream first = File.Create(one);
        using FileStream second = File.Create(other);
        for (int step = 0; !stop.IsCancellationRequested; step++)
        {
            foreach (FileStream file in new[] { first, second })
            {
                file.Write(Encoding.ASCII.GetBytes($"{step}\n"));
                file.Flush(flushToDisk: true);
            }
        }
    }

    /// <summary>What a worker has made when it dies while it reads.</summary>
    private async Task CaptureAsync(Operation claimed)
    {
        ISourceCapture way = core.Get<IEnumerable<ISourceCapture>>().First(way => way.CanCapture(share));
        await way.CaptureAsync(share, claimed, default);
        Assert.Equal(
            Path.Join(Captures, ClaimName.Of(claimed)),
            Assert.Single(Directory.EnumerateFileSystemEntries(Captures))
        );
    }

    private Task<int> ReleaseAsync() =>
        core.Get<Captures>()
            .RemoveLeftoversAsync(
                "local",
                async (operation, epoch) => !await core.Get<LockJudge>().IsOverAsync(operation, epoch),
                default
            );

    private static async Task<ProcessResult> BtrfsAsync(params string[] arguments) =>
        (await ChildProcess.RunAsync("btrfs", arguments)).Checked($"btrfs {string.Join(' ', arguments)}");
}
