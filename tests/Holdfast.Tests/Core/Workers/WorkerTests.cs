using Holdfast.Core;
using Holdfast.Core.Catalog;
using Holdfast.Core.Keys;
using Holdfast.Core.Model;
using Holdfast.Core.Scheduling;
using Holdfast.Core.Workers;
using Holdfast.Engine;
using Holdfast.Engine.Snapshots;
using Holdfast.Testing.Core;
using Holdfast.Testing.Files;
using Holdfast.Testing.Objects;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Core.Workers;

/// <summary>Operations from the request to the rows, bytes and repository that they leave.</summary>
public sealed class WorkerTests : IAsyncLifetime
{
    private WorkerFixture core = null!;

    public async ValueTask InitializeAsync() => core = await WorkerFixture.MakeAsync();

    public ValueTask DisposeAsync() => core.DisposeAsync();

    [Fact]
    public async Task A_share_is_backed_up_changed_and_restored()
    {
        Share share = await core.ShareAsync("nasty");
        Assert.Equal((ShareStatus.Available, "node1"), (share.Status, share.Host));
        NastyTree.Build(core.PathOf(share));
        Copy.Of(core.PathOf(share), core.Directory["expected"]);

        Backup backup = await core.BackUpAsync(share);
        Assert.Equal((100, "live", "node1"), (backup.Progress, backup.Capture, backup.Host));
        Assert.Equal(ShareStatus.Available, (await core.Catalog.ShareAsync(share.Id))!.Status);
        Snapshot snapshot = Assert.Single(await core.SnapshotsAsync());
        Assert.Equal(("holdfast", "/" + share.Id), (snapshot.Hostname, Assert.Single(snapshot.Paths)));
        Assert.Contains("share=" + share.Id, snapshot.Tags);
        Assert.Contains("backup=" + backup.Id, snapshot.Tags);
        Assert.Contains("capture=live", snapshot.Tags);

        Changes.Apply(core.PathOf(share));
        await core.Backups.RestoreAsync(WorkerFixture.Member, backup.Id, null, false, default);
        await core.DrainAsync();

        Assert.Empty(TreeComparer.Compare(core.Directory["expected"], core.PathOf(share), NoSockets));
        backup = (await core.Catalog.BackupAsync(backup.Id))!;
        Assert.Equal((BackupStatus.Available, 100, null), (backup.Status, backup.RestoreProgress, backup.FailReason));
        Assert.Equal(ShareStatus.Available, (await core.Catalog.ShareAsync(share.Id))!.Status);
        using Restic restic = await core.ResticAsync();
        await restic.CheckAsync();
    }

    [Fact]
    public async Task The_next_backup_of_a_share_has_the_last_one_for_parent()
    {
        Share share = await core.ShareAsync();
        await File.WriteAllTextAsync(Path.Join(core.PathOf(share), "a"), "a");
        await core.BackUpAsync(share);
        core.Time.Advance(TimeSpan.FromSeconds(1));
        await core.BackUpAsync(share);
        IReadOnlyList<Snapshot> snapshots = await core.SnapshotsAsync();
        Assert.Equal(snapshots[0].Id, snapshots[1].Parent);
        Assert.Equal(snapshots[0].Tree, snapshots[1].Tree);
    }

    [Fact]
    public async Task A_backup_knows_its_moment_whether_an_earlier_one_helped_and_how_many_packs_hold_it()
    {
        Share share = await core.ShareAsync();
        await File.WriteAllTextAsync(Path.Join(core.PathOf(share), "a"), "a");
        Backup first = await core.BackUpAsync(share);
        // One of contents, one of trees.
        Assert.Equal((core.Time.GetUtcNow(), false, 2), (first.DataAt, first.IsIncremental, first.ObjectCount));
        core.Time.Advance(TimeSpan.FromMinutes(1));
        Backup second = await core.BackUpAsync(share);
        Assert.Equal((core.Time.GetUtcNow(), true, 2), (second.DataAt, second.IsIncremental, second.ObjectCount));
    }

    [Fact]
    public async Task A_restore_into_another_share_leaves_the_source_alone()
    {
        Share source = await core.ShareAsync();
        await File.WriteAllTextAsync(Path.Join(core.PathOf(source), "a"), "old");
        Backup backup = await core.BackUpAsync(source);
        await File.WriteAllTextAsync(Path.Join(core.PathOf(source), "a"), "new");
        Share target = await core.ShareAsync();
        await File.WriteAllTextAsync(Path.Join(core.PathOf(target), "extra"), "x");

        await core.Backups.RestoreAsync(WorkerFixture.Member, backup.Id, target.Id, false, default);
        await core.DrainAsync();
        Assert.Equal("old", await File.ReadAllTextAsync(Path.Join(core.PathOf(target), "a")));
        Assert.False(File.Exists(Path.Join(core.PathOf(target), "extra")));
        Assert.Equal("new", await File.ReadAllTextAsync(Path.Join(core.PathOf(source), "a")));
        Assert.Equal(backup.Id, (await core.Catalog.ShareAsync(target.Id))!.SourceBackupId);
    }

    [Fact]
    public async Task A_share_whose_directory_was_lost_comes_back()
    {
        Share share = await core.ShareAsync();
        await File.WriteAllTextAsync(Path.Join(core.PathOf(share), "a"), "a");
        Backup backup = await core.BackUpAsync(share);
        Directory.Delete(core.PathOf(share), recursive: true);
        await core.Backups.RestoreAsync(WorkerFixture.Member, backup.Id, null, false, default);
        await core.DrainAsync();
        Assert.Equal("a", await File.ReadAllTextAsync(Path.Join(core.PathOf(share), "a")));
    }

    [Fact]
    public async Task A_backup_that_cannot_be_taken_is_in_error_and_frees_its_share()
    {
        Share share = await core.ShareAsync();
        Directory.Delete(core.PathOf(share));
        Backup made = await core.CreateAsync(share);
        await core.DrainAsync();
        Backup failed = (await core.Catalog.BackupAsync(made.Id))!;
        Assert.Equal(BackupStatus.Error, failed.Status);
        Assert.Contains(share.Id, failed.FailReason, StringComparison.Ordinal);
        Assert.Equal(ShareStatus.Available, (await core.Catalog.ShareAsync(share.Id))!.Status);
    }

    [Fact]
    public async Task A_restore_that_cannot_be_done_marks_its_target_and_may_be_asked_for_again()
    {
        Share share = await core.ShareAsync();
        Backup backup = await core.BackUpAsync(share);
        string snapshot = core.Directory[$"store/{Rows.Project}/snapshots/{backup.SnapshotId}"];
        File.Move(snapshot, core.Directory["aside"]);
        await core.Backups.RestoreAsync(WorkerFixture.Member, backup.Id, null, false, default);
        await core.DrainAsync();
        Assert.Equal(ShareStatus.BackupRestoringError, (await core.Catalog.ShareAsync(share.Id))!.Status);
        Backup after = (await core.Catalog.BackupAsync(backup.Id))!;
        Assert.Equal(BackupStatus.Available, after.Status);
        Assert.NotNull(after.FailReason);

        File.Move(core.Directory["aside"], snapshot);
        await core.Backups.RestoreAsync(WorkerFixture.Member, backup.Id, null, false, default);
        await core.DrainAsync();
        Assert.Equal(ShareStatus.Available, (await core.Catalog.ShareAsync(share.Id))!.Status);
    }

    [Fact]
    public async Task A_store_that_is_away_is_waited_for()
    {
        Share share = await core.ShareAsync();
        await core.BackUpAsync(share);
        core.Store.Fail(StoreCall.Put, Fault.Temporarily, times: int.MaxValue);
        Backup made = await core.CreateAsync(share);
        await core.DrainAsync();
        Backup waiting = (await core.Catalog.BackupAsync(made.Id))!;
        Assert.Equal(BackupStatus.Creating, waiting.Status);
        Assert.NotNull(waiting.FailReason);

        core.Store.Mend();
        await core.DrainAsync();
        Assert.Equal(BackupStatus.Creating, (await core.Catalog.BackupAsync(made.Id))!.Status);
        core.Time.Advance(TimeSpan.FromSeconds(1));
        await core.DrainAsync();
        Backup done = (await core.Catalog.BackupAsync(made.Id))!;
        Assert.Equal((BackupStatus.Available, null), (done.Status, done.FailReason));
    }

    [Fact]
    public async Task A_deleted_backup_takes_its_snapshot_along()
    {
        Share share = await core.ShareAsync();
        Backup backup = await core.BackUpAsync(share);
        await core.Backups.DeleteAsync(WorkerFixture.Member, backup.Id, default);
        await core.DrainAsync();
        Assert.Null(await core.Catalog.BackupAsync(backup.Id));
        Assert.Empty(await core.SnapshotsAsync());
    }

    [Fact]
    public async Task A_delete_that_fails_can_be_asked_for_again()
    {
        Share share = await core.ShareAsync();
        Backup backup = await core.BackUpAsync(share);
        core.Store.Fail(StoreCall.Delete, Fault.Permanently, beneath: $"{Rows.Project}/snapshots");
        await core.Backups.DeleteAsync(WorkerFixture.Member, backup.Id, default);
        await core.DrainAsync();
        Assert.Equal(BackupStatus.ErrorDeleting, (await core.Catalog.BackupAsync(backup.Id))!.Status);
        await core.Backups.DeleteAsync(WorkerFixture.Member, backup.Id, default);
        await core.DrainAsync();
        Assert.Null(await core.Catalog.BackupAsync(backup.Id));
    }

    [Fact]
    public async Task A_backup_in_error_is_deleted_though_there_is_no_repository()
    {
        Share share = await core.ShareAsync();
        await core.Catalog.AddBackupsAsync(Rows.Backup("b1", share.Id, BackupStatus.Error));
        await core.Backups.DeleteAsync(WorkerFixture.Member, "b1", default);
        await core.DrainAsync();
        Assert.Null(await core.Catalog.BackupAsync("b1"));
    }

    [Fact]
    public async Task A_deleted_share_goes_to_the_trash_and_then_away()
    {
        Share share = await core.ShareAsync();
        NastyTree.Build(core.PathOf(share));
        await core.Shares.DeleteAsync(WorkerFixture.Member, share.Id, default);
        Operation delete = await core.ClaimAsync();
        await core.WorkAsync(delete);
        Assert.Null(await core.Catalog.ShareAsync(share.Id));
        Assert.False(Directory.Exists(core.PathOf(share)));
        Assert.True(Directory.Exists(core.Directory["shares/trash/" + share.Id]));
        await core.DrainAsync();
        Assert.Empty(Directory.EnumerateFileSystemEntries(core.Directory["shares/trash"]));
    }

    [Fact]
    public async Task What_only_the_catalog_knows_is_in_the_store()
    {
        Share share = await core.ShareAsync("my share");
        Backup backup = await core.BackUpAsync(share);
        ProjectExport export = (await core.Get<ExportStore>().FindLatestAsync(Rows.Project, default))!;
        Assert.Equal("my share", Assert.Single(export.Shares).Name);
        Assert.Equal(backup.SnapshotId, Assert.Single(export.Backups).SnapshotId);

        await core.Backups.UpdateAsync(WorkerFixture.Member, backup.Id, new(true, "renamed", false, null), default);
        await core.Backups.UpdateAsync(WorkerFixture.Member, backup.Id, new(true, "again", false, null), default);
        await core.DrainAsync();
        export = (await core.Get<ExportStore>().FindLatestAsync(Rows.Project, default))!;
        Assert.Equal("again", Assert.Single(export.Backups).Name);
        Assert.Single(Directory.EnumerateFiles(core.Directory["store/export/" + Rows.Project]));
        string sealedText = await File.ReadAllTextAsync(
            Directory.EnumerateFiles(core.Directory["store/export/" + Rows.Project]).Single()
        );
        Assert.DoesNotContain("again", sealedText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sharings_and_volumes_are_in_the_store_with_what_only_the_catalog_knows()
    {
        Backup backup = await core.BackUpAsync(await core.ShareAsync());
        Volume volume = Rows.Volume("v1");
        await core.Catalog.AddVolumesAsync(volume);
        await core.Catalog.AddBackupsAsync(Rows.VolumeBackup("vb1", "v1"));
        await core.Sharings.ShareAsync(
            WorkerFixture.Member,
            new(backup.Id, [Rows.Stranger], MustAccept: true),
            default
        );
        Sharing second = Assert.Single(
            await core.Sharings.ShareAsync(WorkerFixture.Member, new("vb1", [Rows.Stranger]), default)
        );
        await core.DrainAsync();
        ProjectExport export = (await core.Get<ExportStore>().FindLatestAsync(Rows.Project, default))!;
        Assert.Equal(volume, Assert.Single(export.Volumes));
        Assert.Contains(export.Backups, row => (row.Id, row.VolumeId) == ("vb1", "v1"));
        Assert.Equal(
            [SharingState.Accepted, SharingState.Pending],
            export.Sharings.Select(row => row.State).Order(StringComparer.Ordinal)
        );
        Assert.Contains(second, export.Sharings);

        await core.Sharings.LeaveAsync(CoreFixture.Stranger, second.Id, default);
        await core.DrainAsync();
        export = (await core.Get<ExportStore>().FindLatestAsync(Rows.Project, default))!;
        Assert.Equal(backup.Id, Assert.Single(export.Sharings).BackupId);
    }

    [Fact]
    public async Task Space_of_removed_backups_is_given_back()
    {
        Share share = await core.ShareAsync();
        await File.WriteAllBytesAsync(Path.Join(core.PathOf(share), "big"), Bytes(2_000_000));
        Backup first = await core.BackUpAsync(share);
        File.Delete(Path.Join(core.PathOf(share), "big"));
        await core.BackUpAsync(share);
        await core.Backups.DeleteAsync(WorkerFixture.Member, first.Id, default);
        await core.DrainAsync();
        Assert.True(PackBytes() > 2_000_000);

        await core.Get<Scheduler>().TickAsync(default);
        await core.DrainAsync();
        Assert.InRange(PackBytes(), 1, 100_000);
        using Restic restic = await core.ResticAsync();
        await restic.CheckAsync();
    }

    /// <summary>It plans while a backup holds its lock, waits for that, and goes on with the plan.</summary>
    [Fact]
    public async Task A_prune_shows_how_far_it_is_and_waits_for_a_backup_that_runs()
    {
        Share share = await core.ShareAsync();
        await File.WriteAllBytesAsync(Path.Join(core.PathOf(share), "big"), Bytes(2_000_000));
        Backup backup = await core.BackUpAsync(share);
        await core.Backups.DeleteAsync(WorkerFixture.Member, backup.Id, default);
        await core.DrainAsync();
        await core.Get<Scheduler>().TickAsync(default);

        var claimed = new ClaimedOperation(await core.ClaimAsync(OperationKind.Prune), core.Queue);
        await using Repository other = await core.OpenAsync();
        Task pruning;
        await using (await other.LockAsync(exclusive: false, default))
        {
            pruning = core.HandlerOf(OperationKind.Prune).RunAsync(claimed, default);
            while (claimed.Current.Total == 0 && !pruning.IsCompleted)
            {
                await Task.Yield();
            }
            Assert.False(pruning.IsCompleted);
            Assert.True(PackBytes() > 2_000_000);
        }
        await pruning;
        Assert.True(claimed.Ended);
        Assert.True(claimed.Current.Total > 0);
        Assert.Equal(claimed.Current.Total, claimed.Current.Done);
        Assert.Equal(0, PackBytes());
    }

    [Fact]
    public async Task A_repository_that_lost_its_snapshots_is_not_pruned()
    {
        Share share = await core.ShareAsync();
        await File.WriteAllBytesAsync(Path.Join(core.PathOf(share), "file"), Bytes(100_000));
        await core.BackUpAsync(share);
        Directory.Delete(core.Directory[$"store/{Rows.Project}/snapshots"], recursive: true);
        long before = PackBytes();

        core.Time.Advance(Prune.AtLeastEvery);
        await core.Get<Scheduler>().TickAsync(default);
        Assert.Contains(await core.QueuedAsync(), operation => operation.Kind == OperationKind.Prune);
        await core.DrainAsync();
        Assert.Equal(before, PackBytes());
    }

    [Fact]
    public async Task Snapshots_that_no_row_names_go_after_a_day_and_others_stay()
    {
        Share share = await core.ShareAsync();
        Backup kept = await core.BackUpAsync(share);
        Backup lost = await core.BackUpAsync(share);
        await core.Catalog.WriteAsync(session => session.Backups.RemoveAsync(lost.Id), default);
        await using (Repository repository = await core.OpenAsync())
        {
            Snapshot mine = (await repository.ListSnapshotsAsync(default))[0];
            await repository.SaveSnapshotAsync(mine with { Tags = ["by-hand"] }, default);
        }

        await core.Get<Scheduler>().TickAsync(default);
        await core.DrainAsync();
        Assert.Equal(3, (await core.SnapshotsAsync()).Count);
        core.Time.Advance(TimeSpan.FromHours(25));
        await core.Get<Scheduler>().TickAsync(default);
        await core.DrainAsync();
        IReadOnlyList<Snapshot> left = await core.SnapshotsAsync();
        Assert.Equal(2, left.Count);
        Assert.Contains(left, snapshot => snapshot.Id.ToString() == kept.SnapshotId);
        Assert.Contains(left, snapshot => snapshot.Tags is ["by-hand"]);
    }

    [Fact]
    public async Task Somebody_elses_snapshot_with_a_tag_like_ours_stays()
    {
        Share share = await core.ShareAsync();
        await core.BackUpAsync(share);
        await using (Repository repository = await core.OpenAsync())
        {
            Snapshot ours = (await repository.ListSnapshotsAsync(default))[0];
            await repository.SaveSnapshotAsync(ours with { Tags = ["backup=weekly"] }, default);
            await repository.SaveSnapshotAsync(ours with { Tags = ["backup=weekly", "op=by.hand"] }, default);
            string[] tags = ["backup=weekly", $"op={Guid.NewGuid()}.1"];
            await repository.SaveSnapshotAsync(ours with { Tags = tags, Hostname = "laptop" }, default);
            await repository.SaveSnapshotAsync(ours with { Tags = tags }, default);
        }
        await MaintainAfterADayAsync();
        IReadOnlyList<Snapshot> left = await core.SnapshotsAsync();
        // The last one is by all signs a backup of ours that no row names.
        Assert.Equal(4, left.Count);
        Assert.DoesNotContain(
            left,
            one => one.Hostname == "holdfast" && one.Tags is ["backup=weekly", { Length: > 12 }]
        );
    }

    [Fact]
    public async Task A_catalog_put_back_from_a_copy_removes_no_backup_that_it_has_forgotten()
    {
        Share share = await core.ShareAsync();
        await core.BackUpAsync(share);
        long copied = (await RepositoryAsync()).ExportSequence;
        Backup forgotten = await core.BackUpAsync(share);
        long newest = (await RepositoryAsync()).ExportSequence;
        await core.Catalog.WriteAsync(
            async session =>
            {
                await session.Backups.RemoveAsync(forgotten.Id);
                await session.ExecuteAsync("UPDATE repositories SET export_sequence = @copied", new { copied });
            },
            default
        );
        await MaintainAfterADayAsync();
        Assert.Equal(2, (await core.SnapshotsAsync()).Count);
        string why = (await FailedAsync())!;
        Assert.StartsWith("The catalog is older than the backup store", why, StringComparison.Ordinal);
        Assert.DoesNotContain("export/", why, StringComparison.Ordinal);

        // An export counts from then on, and does not hide what was forgotten.
        Backup next = await core.BackUpAsync(share);
        ProjectExport export = (await core.Get<ExportStore>().FindLatestAsync(Rows.Project, default))!;
        Assert.True(export.Sequence > newest);
        Assert.Contains(export.Backups, one => one.Id == next.Id);
        await MaintainAfterADayAsync();
        Assert.Equal(3, (await core.SnapshotsAsync()).Count);

        // Until an operator gives it up.
        File.Delete(core.Directory[$"store/export/{Rows.Project}/{newest:d12}"]);
        await MaintainAfterADayAsync();
        Assert.Equal(2, (await core.SnapshotsAsync()).Count);
    }

    /// <summary>After <c>catalog rebuild</c> people have a day to look at what no row names.</summary>
    [Fact]
    public async Task No_orphan_is_removed_before_the_catalog_has_known_the_project_for_a_day()
    {
        Backup backup = await core.BackUpAsync(await core.ShareAsync());
        core.Time.Advance(TimeSpan.FromHours(25));
        await core.Catalog.WriteAsync(
            async session =>
            {
                await session.Backups.RemoveAsync(backup.Id);
                await session.ExecuteAsync(
                    "UPDATE repositories SET created_at = @now",
                    new { now = core.Time.GetUtcNow() }
                );
            },
            default
        );
        await core.Get<Scheduler>().TickAsync(default);
        await core.DrainAsync();
        Assert.Single(await core.SnapshotsAsync());
        await MaintainAfterADayAsync();
        Assert.Empty(await core.SnapshotsAsync());
    }

    [Fact]
    public async Task The_trash_is_emptied_whatever_is_the_matter_with_the_captures()
    {
        Share share = await core.ShareAsync();
        File.WriteAllText(core.Directory["shares/captures"], "in the way");
        await core.Shares.DeleteAsync(WorkerFixture.Member, share.Id, default);
        await core.DrainAsync();
        Assert.Empty(Directory.EnumerateFileSystemEntries(core.Directory["shares/trash"]));
        Assert.NotNull(await FailedAsync());
    }

    [Fact]
    public async Task Old_operations_go_whatever_is_the_matter_with_unfinished_uploads()
    {
        Share share = await core.ShareAsync();
        Backup made = await core.CreateAsync(share);
        string old = Assert.Single(await core.LiveAsync(made)).Id;
        await core.DrainAsync();
        core.Time.Advance(TimeSpan.FromDays(31));
        core.Store.Fail(StoreCall.RemoveUnfinished, Fault.Permanently);
        await core.Get<Scheduler>().TickAsync(default);
        await core.DrainAsync();
        Assert.Null(await core.Catalog.ReadAsync(session => session.Operations.FindAsync(old), default));
        Assert.NotNull(await FailedAsync());
    }

    [Fact]
    public async Task Two_deleted_shares_need_one_reap()
    {
        Share first = await core.ShareAsync();
        Share second = await core.ShareAsync();
        await core.Shares.DeleteAsync(WorkerFixture.Member, first.Id, default);
        await core.Shares.DeleteAsync(WorkerFixture.Member, second.Id, default);
        await core.WorkAsync(await core.ClaimAsync());
        await core.WorkAsync(await core.ClaimAsync());
        Assert.Equal(OperationKind.Reap, Assert.Single(await core.QueuedAsync()).Kind);
    }

    [Fact]
    public async Task An_operation_whose_root_nobody_has_says_so_until_somebody_comes()
    {
        Share share = await core.ShareAsync();
        Backup made = await core.CreateAsync(share);
        await core.Get<Scheduler>().TickAsync(default);
        string? reason = (await core.Catalog.BackupAsync(made.Id))!.FailReason;
        Assert.StartsWith("Waiting for a node that can reach the share's storage", reason, StringComparison.Ordinal);

        await core.Get<NodePresence>().AnnounceAsync(default);
        await core.Get<Scheduler>().TickAsync(default);
        Assert.Null((await core.Catalog.BackupAsync(made.Id))!.FailReason);
    }

    [Fact]
    public async Task What_a_backup_left_out_is_said()
    {
        Share share = await core.ShareAsync();
        using (FileStream huge = File.Create(Path.Join(core.PathOf(share), "huge\nname")))
        {
            // All hole, and more of it than the engine lists.
            huge.SetLength(4L << 40);
        }
        Backup backup = await core.BackUpAsync(share);
        Assert.Equal(1, backup.ItemErrors);
        Assert.Contains("too large, left out: /huge\\u000aname", backup.Notes, StringComparison.Ordinal);
    }

    private async Task MaintainAfterADayAsync()
    {
        core.Time.Advance(TimeSpan.FromHours(25));
        await core.Get<Scheduler>().TickAsync(default);
        await core.DrainAsync();
    }

    private async Task<ProjectRepository> RepositoryAsync() =>
        (await core.Catalog.ReadAsync(session => session.Repositories.FindAsync(Rows.Project), default))!;

    private Task<string?> FailedAsync() =>
        core.Catalog.ReadAsync(
            session => session.ScalarAsync<string>("SELECT message FROM operations WHERE status = 'failed'"),
            default
        );

    private static readonly TreeComparison NoSockets = new() { IgnoreSockets = true };

    private static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(7).NextBytes(bytes);
        return bytes;
    }

    private long PackBytes() =>
        new DirectoryInfo(core.Directory[$"store/{Rows.Project}/data"])
            .EnumerateFiles("*", SearchOption.AllDirectories)
            .Sum(file => file.Length);
}
