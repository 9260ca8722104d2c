using Holdfast.Core;
using Holdfast.Core.Catalog;
using Holdfast.Core.Keys;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Services;
using Holdfast.Core.Sources;
using Holdfast.Core.Workers;
using Holdfast.Engine;
using Holdfast.Testing.Core;
using Holdfast.Testing.Files;
using Holdfast.Testing.Objects;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Core.Workers;

/// <summary>A worker dies at some line, or lives on after its claim is over; another takes up the operation.</summary>
public sealed class CrashTests : IAsyncLifetime
{
    private WorkerFixture core = null!;
    private Share share = null!;

    public async ValueTask InitializeAsync()
    {
        core = await WorkerFixture.MakeAsync();
        share = await core.ShareAsync();
        await File.WriteAllTextAsync(Path.Join(core.PathOf(share), "a"), "content");
    }

    public ValueTask DisposeAsync() => core.DisposeAsync();

    [Fact]
    public async Task A_snapshot_committed_before_the_crash_is_adopted()
    {
        (Backup made, _) = await core.BackUpTooLateAsync(share);
        Assert.Equal(BackupStatus.Creating, (await core.Catalog.BackupAsync(made.Id))!.Status);
        string committed = Assert.Single(await core.SnapshotsAsync()).Id.ToString();

        await core.DrainAsync();
        Backup done = (await core.Catalog.BackupAsync(made.Id))!;
        Assert.Equal((BackupStatus.Available, committed), (done.Status, done.SnapshotId));
        // In how many packs it lies was known to the run alone.
        Assert.Equal((core.Time.GetUtcNow(), false, null), (done.DataAt, done.IsIncremental, done.ObjectCount));
        Assert.Single(await core.SnapshotsAsync());
        Assert.Equal(ShareStatus.Available, (await core.Catalog.ShareAsync(share.Id))!.Status);
    }

    /// <summary>Its write had no answer, and the store had it when a prune had been there meanwhile.</summary>
    [Fact]
    public async Task A_snapshot_without_its_blobs_is_removed_and_made_anew()
    {
        (Backup made, _) = await core.BackUpTooLateAsync(share);
        string committed = Assert.Single(await core.SnapshotsAsync()).Id.ToString();
        string late = core.Directory[$"store/{Rows.Project}/snapshots/{committed}"];
        byte[] content = await File.ReadAllBytesAsync(late);
        File.Delete(late);
        using Restic restic = await core.ResticAsync();
        await restic.RunAsync("prune");
        await File.WriteAllBytesAsync(late, content);

        await core.DrainAsync();
        Backup done = (await core.Catalog.BackupAsync(made.Id))!;
        Assert.Equal(BackupStatus.Available, done.Status);
        Assert.Equal(done.SnapshotId, Assert.Single(await core.SnapshotsAsync()).Id.ToString());
        await restic.CheckAsync();
    }

    [Fact]
    public async Task An_adopted_snapshot_keeps_its_count_of_errors()
    {
        RawFiles.SetAttribute((RawPath)core.PathOf(share) / "a", [.. "user."u8, 0xff], "x"u8);
        (Backup made, _) = await core.BackUpTooLateAsync(share);
        await core.DrainAsync();
        Backup done = (await core.Catalog.BackupAsync(made.Id))!;
        Assert.Equal((BackupStatus.Available, 1), (done.Status, done.ItemErrors));
        Assert.Contains("errors=1", Assert.Single(await core.SnapshotsAsync()).Tags);
    }

    [Fact]
    public async Task A_delete_called_off_after_its_rename_does_not_stand_in_the_way_of_the_next()
    {
        Backup backup = await core.BackUpAsync(share);
        Share removed = await core.ShareAsync();
        await File.WriteAllTextAsync(Path.Join(core.PathOf(removed), "b"), "content");
        await core.Shares.DeleteAsync(WorkerFixture.Member, removed.Id, default);
        Operation first = await core.ClaimAsync();
        core.Get<TrashBin>().Throw(removed, first.Id);
        await core.Get<ShareStateService>().ResetStatusAsync(CoreFixture.Admin, removed.Id, "available", default);
        await core.ExpireAsync();

        await core.Backups.RestoreAsync(WorkerFixture.Member, backup.Id, removed.Id, false, default);
        core.Time.Advance(TimeSpan.FromMinutes(1));
        Operation restore = await core.ClaimAsync();
        Assert.Equal(OperationKind.RestoreBackup, restore.Kind);
        await core.WorkAsync(restore);
        Assert.Equal("content", await File.ReadAllTextAsync(Path.Join(core.PathOf(removed), "a")));

        await core.Shares.DeleteAsync(WorkerFixture.Member, removed.Id, default);
        await core.DrainAsync();
        Assert.Null(await core.Catalog.ShareAsync(removed.Id));
        Assert.Empty(Directory.EnumerateFileSystemEntries(core.Directory["shares/trash"]));
    }

    [Fact]
    public async Task A_snapshot_of_another_operation_on_the_share_is_not_adopted()
    {
        Backup first = await core.BackUpAsync(share);
        Backup second = await core.BackUpAsync(share);
        Assert.NotEqual(first.SnapshotId, second.SnapshotId);
    }

    [Fact]
    public async Task A_revived_worker_cannot_end_what_another_began_again()
    {
        Backup made = await core.CreateAsync(share);
        Operation first = await core.ClaimAsync();
        await core.ExpireAsync();
        Operation second = await core.ClaimAsync();
        Assert.Equal((first.Id, first.Epoch + 1), (second.Id, second.Epoch));
        Assert.False(await core.Queue.FailAsync(first, OperationStatus.Failed, "no", default));
        Assert.False(await core.Queue.RequeueAsync(first, "no", default));
        await core.WorkAsync(second);
        Assert.Equal(BackupStatus.Available, (await core.Catalog.BackupAsync(made.Id))!.Status);
    }

    [Fact]
    public async Task An_interrupted_restore_is_completed()
    {
        NastyTree.Build(core.PathOf(share));
        Copy.Of(core.PathOf(share), core.Directory["expected"]);
        Backup backup = await core.BackUpAsync(share);
        Changes.Apply(core.PathOf(share));
        await core.Backups.RestoreAsync(WorkerFixture.Member, backup.Id, null, false, default);

        Operation doomed = await core.ClaimAsync();
        core.Store.Fail(StoreCall.Read, Fault.Permanently, nth: 3, times: 1, beneath: $"{Rows.Project}/data");
        await Assert.ThrowsAnyAsync<Exception>(() => core.WorkAsync(doomed));
        core.Store.Mend();
        Assert.Equal(ShareStatus.BackupRestoring, (await core.Catalog.ShareAsync(share.Id))!.Status);

        await core.ExpireAsync();
        await core.DrainAsync();
        Assert.Equal(ShareStatus.Available, (await core.Catalog.ShareAsync(share.Id))!.Status);
        Assert.Empty(TreeComparer.Compare(core.Directory["expected"], core.PathOf(share), NoSockets));
    }

    [Fact]
    public async Task A_restore_that_died_after_the_last_file_closes()
    {
        Backup backup = await core.BackUpAsync(share);
        string file = Path.Join(core.PathOf(share), "a");
        await File.WriteAllTextAsync(file, "changed");
        await core.Backups.RestoreAsync(WorkerFixture.Member, backup.Id, null, false, default);
        Operation doomed = await core.ClaimAsync();
        await core.ExpireAsync();
        // It writes all that differs; its closing transaction finds its epoch over.
        await core.WorkAsync(doomed);
        Assert.Equal("content", await File.ReadAllTextAsync(file));
        Assert.Equal(ShareStatus.BackupRestoring, (await core.Catalog.ShareAsync(share.Id))!.Status);

        DateTime written = File.GetLastWriteTimeUtc(file);
        await core.DrainAsync();
        Assert.Equal(ShareStatus.Available, (await core.Catalog.ShareAsync(share.Id))!.Status);
        Assert.Equal(written, File.GetLastWriteTimeUtc(file));
    }

    [Theory]
    [InlineData(StoreCall.Put, false)]
    [InlineData(StoreCall.Put, true)]
    [InlineData(StoreCall.Delete, false)]
    public async Task An_export_that_died_anywhere_is_written_again(StoreCall call, bool afterEffect)
    {
        await core.BackUpAsync(share);
        Backup second = await core.CreateAsync(share);
        await core.WorkAsync(await core.ClaimAsync(OperationKind.CreateBackup));
        Operation doomed = await core.ClaimAsync(OperationKind.ExportProject);
        core.Store.Fail(call, afterEffect ? Fault.Unacknowledged : Fault.Permanently, beneath: "export/");
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => core.WorkAsync(doomed));
        Assert.True(error.Temporary, "Nothing else would write it before the project's next change.");
        core.Store.Mend();

        await core.ExpireAsync();
        await core.DrainAsync();
        ExportStore exports = core.Get<ExportStore>();
        Assert.Contains(
            (await exports.FindLatestAsync(Rows.Project, default))!.Backups,
            backup => backup.Id == second.Id
        );
        Assert.Single(await exports.NumbersAsync(Rows.Project, default));
    }

    [Fact]
    public async Task What_a_reap_left_that_died_goes_the_next_time()
    {
        Backup[] forgotten = [await core.BackUpAsync(share), await core.BackUpAsync(share)];
        core.Time.Advance(TimeSpan.FromHours(25));
        await core.Catalog.WriteAsync(
            async session =>
            {
                foreach (Backup backup in forgotten)
                {
                    await session.Backups.RemoveAsync(backup.Id);
                }
                await session.QueueReapOfProjectAsync(Rows.Project, core.Time.GetUtcNow());
            },
            default
        );
        Operation doomed = await core.ClaimAsync(OperationKind.Reap);
        core.Store.Fail(StoreCall.Delete, Fault.Permanently, nth: 2, beneath: $"{Rows.Project}/snapshots");
        await Assert.ThrowsAsync<EngineError>(() => core.WorkAsync(doomed));
        core.Store.Mend();
        Assert.Single(await core.SnapshotsAsync());

        await core.ExpireAsync();
        await core.DrainAsync();
        Assert.Empty(await core.SnapshotsAsync());
    }

    [Fact]
    public async Task A_lock_whose_claim_is_over_is_in_nobodys_way()
    {
        await core.BackUpAsync(share);
        Backup made = await core.CreateAsync(share);
        Operation doomed = await core.ClaimAsync();
        ProjectRepositories repositories = core.Get<ProjectRepositories>();
        // Never disposed: a process that is gone releases nothing.
        Repository left = await repositories.OpenAsync(doomed, default);
        await left.LockAsync(exclusive: true, default);

        await core.DrainAsync();
        Assert.Equal(BackupStatus.Creating, (await core.Catalog.BackupAsync(made.Id))!.Status);
        await core.ExpireAsync();
        await core.DrainAsync();
        Assert.Equal(BackupStatus.Available, (await core.Catalog.BackupAsync(made.Id))!.Status);
    }

    [Fact]
    public async Task A_lock_of_somebody_else_is_waited_for()
    {
        await core.BackUpAsync(share);
        await using Repository foreign = await core.OpenAsync();
        Backup made = await core.CreateAsync(share);
        await using (await foreign.LockAsync(exclusive: true, default))
        {
            await core.DrainAsync();
            Backup waiting = (await core.Catalog.BackupAsync(made.Id))!;
            Assert.Equal(BackupStatus.Creating, waiting.Status);
            Assert.Contains("locked", waiting.FailReason, StringComparison.Ordinal);
        }
        core.Time.Advance(TimeSpan.FromSeconds(1));
        await core.DrainAsync();
        Assert.Equal(BackupStatus.Available, (await core.Catalog.BackupAsync(made.Id))!.Status);
    }

    [Fact]
    public async Task A_cancelled_worker_keeps_others_off_the_share_until_it_lets_go()
    {
        Backup backup = await core.BackUpAsync(share);
        await core.Backups.RestoreAsync(WorkerFixture.Member, backup.Id, null, false, default);
        Operation cancelled = await core.ClaimAsync();
        await core.Backups.ResetStatusAsync(CoreFixture.Admin, backup.Id, "available", default);
        await core.Backups.RestoreAsync(WorkerFixture.Member, backup.Id, null, false, default);

        await core.DrainAsync();
        Assert.Equal(ShareStatus.BackupRestoring, (await core.Catalog.ShareAsync(share.Id))!.Status);
        await core.Queue.LetGoAsync(cancelled, default);
        await core.DrainAsync();
        Assert.Equal(ShareStatus.Available, (await core.Catalog.ShareAsync(share.Id))!.Status);
    }

    [Theory]
    [InlineData("key")]
    [InlineData("repository without config")]
    [InlineData("repository without row")]
    public async Task A_first_backup_that_died_anywhere_is_begun_again(string diedAfter)
    {
        Backup made = await core.CreateAsync(share);
        Operation doomed = await core.ClaimAsync();
        if (diedAfter == "key")
        {
            await core.Get<Keyring>().GetOrMakeAsync(Rows.Project, default);
        }
        else
        {
            await (await core.Get<ProjectRepositories>().OpenOrMakeAsync(doomed, default)).DisposeAsync();
            await core.Catalog.WriteAsync(session => session.ExecuteAsync("DELETE FROM repositories"), default);
        }
        if (diedAfter == "repository without config")
        {
            File.Delete(core.Directory[$"store/{Rows.Project}/config"]);
        }
        await core.ExpireAsync();
        await core.DrainAsync();
        Assert.Equal(BackupStatus.Available, (await core.Catalog.BackupAsync(made.Id))!.Status);
        using Restic restic = await core.ResticAsync();
        await restic.CheckAsync();
    }

    [Fact]
    public async Task A_worker_that_hangs_while_it_makes_the_repository_is_waited_for_no_longer_than_its_lease()
    {
        Share other = await core.ShareAsync();
        Backup made = await core.CreateAsync(share);
        Operation hangs = await core.ClaimAsync();
        core.Hold.Hold($"{Rows.Project}/config");
        Task late = core.WorkAsync(hangs);
        await core.Hold.Held;
        core.Hold.Hold("nothing else");

        Backup waits = await core.CreateAsync(other);
        EngineError error = await Assert.ThrowsAsync<EngineError>(async () =>
            await core.WorkAsync(await core.ClaimAsync())
        );
        Assert.Equal((EngineErrorKind.Locked, true), (error.Kind, error.Temporary));

        await core.ExpireAsync();
        await core.DrainAsync();
        Assert.Equal(BackupStatus.Available, (await core.Catalog.BackupAsync(made.Id))!.Status);
        Assert.Equal(BackupStatus.Available, (await core.Catalog.BackupAsync(waits.Id))!.Status);

        // It goes on with the repository that it finds.
        core.Hold.Release();
        await late;
        using Restic restic = await core.ResticAsync();
        await restic.CheckAsync();
    }

    [Fact]
    public async Task A_repository_that_was_there_is_never_made_anew()
    {
        await core.BackUpAsync(share);
        Directory.Move(core.Directory["store/" + Rows.Project], core.Directory["unmounted"]);
        Backup made = await core.CreateAsync(share);
        await core.DrainAsync();
        Backup waiting = (await core.Catalog.BackupAsync(made.Id))!;
        Assert.Equal(BackupStatus.Creating, waiting.Status);
        Assert.Contains("is not in the store", waiting.FailReason, StringComparison.Ordinal);
        Assert.False(File.Exists(core.Directory[$"store/{Rows.Project}/config"]));
    }

    [Fact]
    public async Task A_delete_that_died_after_the_snapshot_went_is_completed()
    {
        Backup backup = await core.BackUpAsync(share);
        await core.Backups.DeleteAsync(WorkerFixture.Member, backup.Id, default);
        Operation doomed = await core.ClaimAsync();
        // The look at its claim is answered, its closing transaction is not.
        FaultyCatalog catalog = new(core.Catalog);
        catalog.FailWrite(2, afterEffect: false);
        OperationQueue queue = new(catalog, core.Time, core.Options.Lease, new WakeSignal());
        await Assert.ThrowsAsync<ServiceError>(() =>
            core.HandlerOf(doomed.Kind).RunAsync(new ClaimedOperation(doomed, queue), default)
        );
        Assert.Empty(await core.SnapshotsAsync());
        Assert.NotNull(await core.Catalog.BackupAsync(backup.Id));

        await core.ExpireAsync();
        await core.DrainAsync();
        Assert.Null(await core.Catalog.BackupAsync(backup.Id));
    }

    [Fact]
    public async Task A_delete_that_is_called_off_before_it_removes_the_snapshot_leaves_it()
    {
        Backup backup = await core.BackUpAsync(share);
        await core.Backups.DeleteAsync(WorkerFixture.Member, backup.Id, default);
        Operation late = await core.ClaimAsync();
        await core.Backups.ResetStatusAsync(CoreFixture.Admin, backup.Id, BackupStatus.Available, default);

        await core.WorkAsync(late);

        Assert.Equal(backup.SnapshotId, Assert.Single(await core.SnapshotsAsync()).Id.ToString());
        Assert.Equal(BackupStatus.Available, (await core.Catalog.BackupAsync(backup.Id))!.Status);
        await core.Queue.LetGoAsync(late, default);
        await core.Backups.RestoreAsync(WorkerFixture.Member, backup.Id, null, false, default);
        await core.DrainAsync();
        Assert.Equal(ShareStatus.Available, (await core.Catalog.ShareAsync(share.Id))!.Status);
    }

    [Fact]
    public async Task A_share_removal_that_died_after_the_rename_is_completed()
    {
        await core.Shares.DeleteAsync(WorkerFixture.Member, share.Id, default);
        Operation doomed = await core.ClaimAsync();
        await core.ExpireAsync();
        await core.WorkAsync(doomed);
        Assert.NotNull(await core.Catalog.ShareAsync(share.Id));
        await core.DrainAsync();
        Assert.Null(await core.Catalog.ShareAsync(share.Id));
        Assert.Empty(Directory.EnumerateFileSystemEntries(core.Directory["shares/trash"]));
    }

    [Fact]
    public async Task A_share_creation_that_died_after_the_directory_is_completed()
    {
        Share made = await core.Shares.CreateAsync(
            WorkerFixture.Member,
            new("NFS", 1, null, null, false, null, null, new Dictionary<string, string>()),
            default
        );
        Operation doomed = await core.ClaimAsync();
        await core.ExpireAsync();
        await core.WorkAsync(doomed);
        Assert.Equal(ShareStatus.Creating, (await core.Catalog.ShareAsync(made.Id))!.Status);
        await core.DrainAsync();
        Assert.Equal(ShareStatus.Available, (await core.Catalog.ShareAsync(made.Id))!.Status);
        Assert.Single(await core.Catalog.ReadAsync(session => session.ExportLocations.OfShareAsync(made.Id), default));
    }

    [Fact]
    public async Task A_node_that_starts_again_takes_up_what_it_left_at_once()
    {
        Backup made = await core.CreateAsync(share);
        Operation left = (
            await core.Queue.ClaimAsync(new ClaimOffer("node1", ["local"], [OperationKind.CreateBackup]), default)
        )!;
        Assert.Equal(1, await core.Queue.RecoverNodeAsync("node1", default));
        await core.DrainAsync();
        Assert.Equal(BackupStatus.Available, (await core.Catalog.BackupAsync(made.Id))!.Status);
        Assert.False(await core.Queue.SucceedAsync(left, (_, _) => Task.CompletedTask, default));
    }

    private static readonly TreeComparison NoSockets = new() { IgnoreSockets = true };
}
