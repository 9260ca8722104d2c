using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Scheduling;
using Holdfast.Core.Services;
using Holdfast.Core.Workers;
using Holdfast.Testing.Core;
using Holdfast.Testing.Files;
using Holdfast.Testing.Objects;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Core.Workers;

/// <summary>Recipients restore what they were given, whatever the owner does meanwhile, and the owner's row shows nothing of it.</summary>
public sealed class SharedRestoreTests : IAsyncLifetime
{
    private static readonly Caller Owner = CoreFixture.Member;
    private static readonly Caller Recipient = CoreFixture.Stranger;
    private static readonly Caller Second = CoreFixture.Of("0c0000000000000000000000000000cc", "member", "reader");

    private WorkerFixture core = null!;
    private Share source = null!;
    private Backup backup = null!;
    private Share target = null!;

    public async ValueTask InitializeAsync()
    {
        core = await WorkerFixture.MakeAsync();
        source = await core.ShareAsync();
        await File.WriteAllTextAsync(Path.Join(core.PathOf(source), "file"), "content");
        backup = await core.BackUpAsync(source);
        await core.Sharings.ShareAsync(Owner, new(backup.Id, [Recipient.ProjectId, Second.ProjectId]), default);
        await core.DrainAsync();
        target = await core.ShareAsync(owner: Recipient);
    }

    public ValueTask DisposeAsync() => core.DisposeAsync();

    [Fact]
    public async Task The_target_becomes_the_backup_and_the_owners_row_is_untouched_at_every_step()
    {
        Operation queued = await RestoreAsync();
        Assert.Equal(
            (Recipient.ProjectId, Owner.ProjectId, backup.SnapshotId, false),
            (queued.ProjectId, queued.RepositoryProjectId, queued.PinnedSnapshotId, queued.ForeignShare)
        );
        Assert.Equal(ShareStatus.BackupRestoring, await StatusAsync(target));
        await RowIsUntouchedAsync();

        Operation claimed = await core.ClaimAsync();
        await core.Queue.BeatAsync(claimed with { Done = 1, Total = 2 }, default);
        await RowIsUntouchedAsync();
        Assert.Equal(50, (await OperationAsync(claimed.Id)).Percent);

        await core.WorkAsync(claimed);
        await RowIsUntouchedAsync();
        await IsRestoredAsync(target);
        Assert.Empty(await core.Catalog.MessagesAsync(target.Id));
    }

    [Fact]
    public async Task What_may_not_cross_projects_is_left_out_and_counted()
    {
        RawPath file = (RawPath)core.PathOf(source) / "file";
        RawFiles.SetAttribute(file, "trusted.x", "x"u8);
        RawFiles.SetAttribute(file, [.. "user."u8, 0xff], "x"u8);
        File.SetUnixFileMode(Path.Join(core.PathOf(source), "file"), UnixFileMode.SetUser | UnixFileMode.UserRead);
        backup = await core.BackUpAsync(source);
        await core.Sharings.ShareAsync(Owner, new(backup.Id, [Recipient.ProjectId]), default);
        await RestoreAsync();
        await core.DrainAsync();

        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(Path.Join(core.PathOf(target), "file")));
        Message told = Assert.Single(await core.Catalog.MessagesAsync(target.Id));
        Assert.Equal(Recipient.ProjectId, told.ProjectId);
        Assert.Contains("set-id bits: 1, security.* and trusted.* attributes: 1.", told.UserMessage);
        Assert.Contains("The backup lacks 1 entries as they were. ", told.UserMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_restore_at_once_and_the_owner_too()
    {
        Share other = await core.ShareAsync(owner: Second);
        await RestoreAsync();
        await core.Backups.RestoreAsync(Owner, backup.Id, null, false, default);
        // The owner's restore is in the way of the owner's alone.
        Assert.Equal(BackupStatus.Restoring, (await core.Catalog.BackupAsync(backup.Id))!.Status);
        await core.Backups.RestoreAsync(Second, backup.Id, other.Id, false, default);
        Operation[] claims = [await core.ClaimAsync(), await core.ClaimAsync(), await core.ClaimAsync()];

        await Task.WhenAll(claims.Select(claim => core.WorkAsync(claim)));

        Assert.Equal(ShareStatus.Available, await StatusAsync(source));
        await IsRestoredAsync(target);
        await IsRestoredAsync(other);
        Assert.Equal(BackupStatus.Available, (await core.Catalog.BackupAsync(backup.Id))!.Status);
    }

    [Fact]
    public async Task A_failure_is_told_to_the_recipient_alone()
    {
        File.Delete(core.Directory[$"store/{Rows.Project}/snapshots/{backup.SnapshotId}"]);
        await RestoreAsync();
        await core.DrainAsync();

        Assert.Equal(ShareStatus.BackupRestoringError, await StatusAsync(target));
        await RowIsUntouchedAsync();
        Message told = Assert.Single(await core.Catalog.MessagesAsync(target.Id));
        Assert.Equal(
            (Recipient.ProjectId, "restore share backup: Something that it needs is missing from the backup store."),
            (told.ProjectId, told.UserMessage)
        );
        Assert.DoesNotContain(await core.Catalog.MessagesAsync(backup.Id), one => one.ActionId != MessageAction.Create);
    }

    [Fact]
    public async Task What_it_waits_for_is_not_the_owners_to_read()
    {
        core.Store.Fail(StoreCall.Read, Fault.Temporarily, times: int.MaxValue);
        Operation queued = await RestoreAsync();
        foreach (int _ in Enumerable.Range(0, 4))
        {
            await core.DrainAsync();
            core.Time.Advance(TimeSpan.FromMinutes(5));
        }
        await RowIsUntouchedAsync();
        Assert.Equal("The backup store does not answer.", (await OperationAsync(queued.Id)).Message);
        Assert.Equal(Recipient.ProjectId, Assert.Single(await core.Catalog.MessagesAsync(target.Id)).ProjectId);

        core.Store.Mend();
        await core.DrainAsync();
        await IsRestoredAsync(target);
    }

    [Fact]
    public async Task Its_storage_being_away_is_not_the_owners_to_read()
    {
        Operation queued = await RestoreAsync();
        Directory.Move(core.Directory["shares"], core.Directory["aside"]);
        await core.Get<NodePresence>().AnnounceAsync(default);
        await core.Get<Scheduler>().TickAsync(default);

        Assert.StartsWith("Waiting for a node", (await OperationAsync(queued.Id)).Message, StringComparison.Ordinal);
        await RowIsUntouchedAsync();
    }

    [Fact]
    public async Task A_reset_of_the_owners_backup_does_not_end_it()
    {
        await RestoreAsync();
        await core.Backups.ResetStatusAsync(CoreFixture.Admin, backup.Id, BackupStatus.Error, default);
        await core.DrainAsync();
        await IsRestoredAsync(target);
        Assert.Equal(BackupStatus.Error, (await core.Catalog.BackupAsync(backup.Id))!.Status);
    }

    [Fact]
    public async Task The_owner_deletes_while_it_is_queued()
    {
        await RestoreAsync();
        await DeleteAsync();
        // Neither maintenance nor a prune touches what is pinned, however old it is.
        core.Time.Advance(TimeSpan.FromDays(8));
        await core.Get<NodePresence>().AnnounceAsync(default);
        await core.Get<Scheduler>().TickAsync(default);
        while (await MaintainAsync()) { }
        using Restic restic = await core.ResticAsync();
        await restic.CheckAsync();
        Assert.Single(await core.SnapshotsAsync());

        await core.DrainAsync();
        await IsRestoredAsync(target);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task The_owner_deletes_while_it_runs()
    {
        await RestoreAsync();
        Operation claimed = await core.ClaimAsync();
        await DeleteAsync();
        await core.WorkAsync(claimed);
        await IsRestoredAsync(target);
        await core.DrainAsync();
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task The_owner_deletes_and_its_worker_dies()
    {
        await RestoreAsync();
        await core.ClaimAsync();
        await DeleteAsync();
        await core.ExpireAsync();
        Assert.Single(await core.SnapshotsAsync());
        await core.DrainAsync();
        await IsRestoredAsync(target);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task The_last_of_several_takes_the_snapshot_along()
    {
        Share other = await core.ShareAsync(owner: Second);
        await RestoreAsync();
        await core.Backups.RestoreAsync(Second, backup.Id, other.Id, false, default);
        await DeleteAsync();
        await core.WorkAsync(await core.ClaimAsync(OperationKind.RestoreBackup));
        while (await MaintainAsync()) { }
        Assert.Single(await core.SnapshotsAsync());

        await core.DrainAsync();
        await IsRestoredAsync(target);
        await IsRestoredAsync(other);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task The_snapshot_goes_with_a_restore_that_fails()
    {
        await RestoreAsync();
        await DeleteAsync();
        Directory.Delete(core.PathOf(target));
        await File.WriteAllTextAsync(core.PathOf(target), "no directory");
        await core.DrainAsync();
        Assert.Equal(ShareStatus.BackupRestoringError, await StatusAsync(target));
        await NothingIsLeftAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_snapshot_goes_with_a_restore_that_the_recipient_calls_off(bool requeued)
    {
        Operation queued = await RestoreAsync();
        if (requeued)
        {
            await core.ClaimAsync(OperationKind.RestoreBackup);
            await core.ExpireAsync();
        }
        await DeleteAsync();
        await core.Get<OperationService>().CancelAsync(Recipient, queued.Id, default);
        await core.DrainAsync();
        Assert.Equal(requeued ? ShareStatus.BackupRestoringError : ShareStatus.Available, await StatusAsync(target));
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_restore_that_ends_between_the_two_steps_of_the_delete_leaves_nothing_behind()
    {
        await RestoreAsync();
        await core.Backups.DeleteAsync(Owner, backup.Id, default);
        Operation first = await core.ClaimAsync(OperationKind.DeleteBackup);
        await core.ExpireAsync();
        // It has left the snapshot in its place, and dies before its closing transaction.
        await core.WorkAsync(first);
        Assert.NotNull(await core.Catalog.BackupAsync(backup.Id));
        await core.WorkAsync(await core.ClaimAsync(OperationKind.RestoreBackup));
        Assert.Single(await core.SnapshotsAsync());

        core.Time.Advance(TimeSpan.FromMinutes(1));
        await core.DrainAsync();
        Assert.Null(await core.Catalog.BackupAsync(backup.Id));
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_delete_that_left_the_snapshot_has_it_looked_at_again()
    {
        await RestoreAsync();
        await DeleteAsync();
        // For a restore that ended after the delete had looked, and before the row was gone.
        Assert.Contains(
            await core.QueuedAsync(),
            queued => (queued.Kind, queued.ProjectId) == (OperationKind.Reap, Owner.ProjectId)
        );
    }

    [Fact]
    public async Task A_sharing_that_ends_does_not_end_a_restore_that_was_accepted()
    {
        await RestoreAsync();
        await core.Sharings.CancelAllAsync(Owner, backup.Id, default);
        await core.DrainAsync();
        await IsRestoredAsync(target);
    }

    private async Task<Operation> RestoreAsync()
    {
        await core.Backups.RestoreAsync(Recipient, backup.Id, target.Id, false, default);
        backup = (await core.Catalog.BackupAsync(backup.Id))!;
        return Assert.Single(await core.QueuedAsync(), queued => queued.Kind == OperationKind.RestoreBackup);
    }

    /// <summary>The owner deletes the backup, and a worker does it, before it does anything else.</summary>
    private async Task DeleteAsync()
    {
        await core.Backups.DeleteAsync(Owner, backup.Id, default);
        await core.WorkAsync(await core.ClaimAsync(OperationKind.DeleteBackup));
        Assert.Null(await core.Catalog.BackupAsync(backup.Id));
        Assert.Single(await core.SnapshotsAsync());
    }

    /// <summary>Does one operation of the service's upkeep.</summary>
    private async Task<bool> MaintainAsync()
    {
        if (await core.ClaimAsync(OperationKind.Reap, OperationKind.Prune, OperationKind.ExportProject) is not { } one)
        {
            return false;
        }
        await core.WorkAsync(one);
        return true;
    }

    private async Task NothingIsLeftAsync()
    {
        Assert.Empty(await core.SnapshotsAsync());
        Assert.Empty(await core.QueuedAsync());
    }

    private async Task IsRestoredAsync(Share share)
    {
        Assert.Equal(ShareStatus.Available, await StatusAsync(share));
        Assert.Equal("content", await File.ReadAllTextAsync(Path.Join(core.PathOf(share), "file")));
    }

    private async Task RowIsUntouchedAsync() => Assert.Equal(backup, await core.Catalog.BackupAsync(backup.Id));

    private async Task<string> StatusAsync(Share share) => (await core.Catalog.ShareAsync(share.Id))!.Status;

    private Task<Operation> OperationAsync(string id) =>
        core.Catalog.ReadAsync(async session => (await session.Operations.FindAsync(id))!, default);
}
