using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Scheduling;
using Holdfast.Core.Services;
using Holdfast.Engine;
using Holdfast.Testing.Core;
using Holdfast.Testing.Files;
using Holdfast.Testing.Objects;
using Xunit;

namespace Holdfast.Tests.Core.Workers;

/// <summary>Whatever fails, waits, or is not whole: its project can read why, and reads nothing of the host.</summary>
public sealed class TellingTests : IAsyncLifetime
{
    private WorkerFixture core = null!;
    private Share share = null!;

    public async ValueTask InitializeAsync()
    {
        core = await WorkerFixture.MakeAsync();
        share = await core.ShareAsync();
        RawFiles.Write(Path.Join(core.PathOf(share), "file"), "content");
    }

    public ValueTask DisposeAsync() => core.DisposeAsync();

    [Fact]
    public async Task A_share_whose_directory_is_gone()
    {
        Directory.Delete(core.PathOf(share), recursive: true);
        await BackupFailsAsync($"The directory of share {share.Id} cannot be opened: No such file or directory.");
    }

    [Fact]
    public async Task A_share_whose_directory_is_a_link_now()
    {
        Directory.Move(core.PathOf(share), core.Directory["elsewhere"]);
        File.CreateSymbolicLink(core.PathOf(share), core.Directory["elsewhere"]);
        Backup made = await core.CreateAsync(share);
        await core.DrainAsync();
        Assert.StartsWith(
            $"create: The directory of share {share.Id} cannot be opened: ",
            (await LastAsync(made.Id, MessageLevel.Error)).UserMessage,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_store_that_fails_for_good()
    {
        core.Store.Fail(StoreCall.Put, Fault.Permanently, times: int.MaxValue);
        await BackupFailsAsync("The backup store failed.");
    }

    [Fact]
    public async Task A_store_that_does_not_answer()
    {
        core.Store.Fail(StoreCall.Put, Fault.Temporarily, times: int.MaxValue);
        await BackupWaitsAsync("The backup store does not answer.");
        core.Store.Mend();
        await BackupGoesOnAsync();
    }

    [Fact]
    public async Task A_store_whose_disk_is_full()
    {
        await using (await TemporaryMount.OverAsync(core.Directory["store"], "256k"))
        {
            File.WriteAllBytes(Path.Join(core.PathOf(share), "big"), Noise(1_000_000));
            await BackupWaitsAsync("The backup store is full.");
        }
    }

    [Fact]
    public async Task A_repository_that_somebody_else_has_locked()
    {
        await core.BackUpAsync(share);
        await using Repository foreign = await core.OpenAsync();
        await using (await foreign.LockAsync(exclusive: true, default))
        {
            await BackupWaitsAsync("The project's repository is locked by somebody else's work on it.");
        }
        await BackupGoesOnAsync();
    }

    [Fact]
    public async Task A_repository_that_is_not_there_any_more()
    {
        await core.BackUpAsync(share);
        Directory.Move(core.Directory["store/" + Rows.Project], core.Directory["aside"]);
        await BackupWaitsAsync("The project's repository is not in the store, where it was before.");
        Directory.Move(core.Directory["aside"], core.Directory["store/" + Rows.Project]);
        await BackupGoesOnAsync();
    }

    [Fact]
    public async Task A_key_of_another_project()
    {
        await core.BackUpAsync(share);
        Share other = await core.ShareAsync(owner: CoreFixture.Stranger);
        await core.Backups.CreateAsync(CoreFixture.Stranger, new(other.Id, null, null, null, null), default);
        await core.DrainAsync();
        File.Copy(
            core.Directory["store/keyring/" + Rows.Stranger],
            core.Directory["store/keyring/" + Rows.Project],
            overwrite: true
        );
        await BackupFailsAsync(
            "A secret of the service cannot be opened: it was sealed with another key, or it is damaged."
        );
    }

    [Fact]
    public async Task A_key_that_is_gone()
    {
        await core.BackUpAsync(share);
        File.Delete(core.Directory["store/keyring/" + Rows.Project]);
        await BackupFailsAsync("The project's key is missing from the backup store.");
    }

    [Fact]
    public async Task A_share_root_that_is_away()
    {
        Backup made = await core.CreateAsync(share);
        Directory.Move(core.Directory["shares"], core.Directory["aside"]);
        await core.Get<NodePresence>().AnnounceAsync(default);
        foreach (int _ in Enumerable.Range(0, 3))
        {
            await core.Get<Scheduler>().TickAsync(default);
            await core.DrainAsync();
        }
        Message told = Assert.Single(await core.Catalog.MessagesAsync(made.Id));
        Assert.Equal((MessageLevel.Warning, MessageDetail.Waiting), (told.MessageLevel, told.DetailId));
        Assert.StartsWith("create: Waiting for a node", told.UserMessage, StringComparison.Ordinal);

        Directory.Move(core.Directory["aside"], core.Directory["shares"]);
        await core.DrainAsync();
        Assert.Equal(BackupStatus.Available, (await core.Catalog.BackupAsync(made.Id))!.Status);
    }

    [Fact]
    public async Task A_restore_of_a_snapshot_that_is_gone()
    {
        Backup backup = await core.BackUpAsync(share);
        File.Delete(core.Directory[$"store/{Rows.Project}/snapshots/{backup.SnapshotId}"]);
        await RestoreFailsAsync(backup, "Something that it needs is missing from the backup store.");
    }

    [Fact]
    public async Task A_restore_of_data_that_is_damaged_names_the_file()
    {
        Backup backup = await core.BackUpAsync(share);
        RawFiles.Write(Path.Join(core.PathOf(share), "file"), "changed");
        foreach (
            string pack in Directory.EnumerateFiles(
                core.Directory[$"store/{Rows.Project}/data"],
                "*",
                SearchOption.AllDirectories
            )
        )
        {
            await DamageAsync(pack);
        }
        await core.Backups.RestoreAsync(WorkerFixture.Member, backup.Id, null, false, default);
        await core.DrainAsync();
        Message told = await LastAsync(share.Id, MessageLevel.Error);
        Assert.Contains("damaged", told.UserMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restore_into_a_share_without_space()
    {
        File.WriteAllBytes(Path.Join(core.PathOf(share), "big"), Noise(1_000_000));
        Backup backup = await core.BackUpAsync(share);
        string marker = core.Directory["shares/.holdfast-root"];
        byte[] id = await File.ReadAllBytesAsync(marker);
        await using (await TemporaryMount.OverAsync(core.Directory["shares"], "256k"))
        {
            await File.WriteAllBytesAsync(marker, id);
            await RestoreFailsAsync(backup, "/big cannot be written: No space left on device.");
        }
    }

    [Fact]
    public async Task A_removal_where_the_disk_is_full()
    {
        string marker = core.Directory["shares/.holdfast-root"];
        byte[] id = await File.ReadAllBytesAsync(marker);
        string filler = core.Directory["shares/filler"];
        // Room for four names: of the root itself, the marker, the share, and one more.
        await using (await TemporaryMount.OverAsync(core.Directory["shares"], "256k,nr_inodes=4"))
        {
            await File.WriteAllBytesAsync(marker, id);
            Directory.CreateDirectory(core.PathOf(share));
            await File.WriteAllBytesAsync(filler, []);
            await core.Shares.DeleteAsync(WorkerFixture.Member, share.Id, default);
            await core.DrainAsync();
            Assert.Equal(ShareStatus.Deleting, (await core.Catalog.ShareAsync(share.Id))!.Status);
            Operation waiting = Assert.Single(await core.QueuedAsync(), one => one.Kind == OperationKind.DeleteShare);
            Assert.Equal(
                $"The directory of share {share.Id} cannot be removed: No space left on device.",
                waiting.Message
            );

            File.Delete(filler);
            core.Time.Advance(TimeSpan.FromMinutes(5));
            await core.DrainAsync();
            Assert.Null(await core.Catalog.ShareAsync(share.Id));

            // Whatever is made from now on can go: the trash is there.
            Share next = await core.ShareAsync();
            Assert.Throws<IOException>(() => File.WriteAllBytes(filler, []));
            await core.Shares.DeleteAsync(WorkerFixture.Member, next.Id, default);
            await core.DrainAsync();
            Assert.Null(await core.Catalog.ShareAsync(next.Id));
        }
    }

    [Fact]
    public async Task A_restore_into_another_projects_share_is_told_to_both_and_explained_to_one()
    {
        Backup backup = await core.BackUpAsync(share);
        Share target = await core.ShareAsync(owner: CoreFixture.Stranger);
        Directory.Delete(core.PathOf(target));
        File.WriteAllText(core.PathOf(target), "no directory");
        await core.Backups.RestoreAsync(CoreFixture.Admin, backup.Id, target.Id, false, default);
        await core.DrainAsync();

        Message why = await LastAsync(target.Id, MessageLevel.Error);
        Assert.Equal(Rows.Stranger, why.ProjectId);
        Assert.Contains("cannot be opened: Not a directory", why.UserMessage, StringComparison.Ordinal);
        Message that = await LastAsync(backup.Id, MessageLevel.Error);
        Assert.Equal((Rows.Project, why.RequestId), (that.ProjectId, that.RequestId));
        Assert.DoesNotContain(target.Id, that.UserMessage, StringComparison.Ordinal);
        const string Elsewhere = "It could not be restored into a share of another project, which can read why.";
        Assert.Equal(Elsewhere, (await core.Catalog.BackupAsync(backup.Id))!.FailReason);
        OperationQuery ofBackup = new() { Kind = OperationKind.RestoreBackup, Limit = 1 };
        RowList<Operation> shown = await core.Get<OperationService>()
            .ListAsync(WorkerFixture.Member, ofBackup, default);
        Assert.Equal(Elsewhere, Assert.Single(shown.Rows).Message);
        Assert.NotEqual(why.Id, that.Id);
    }

    [Fact]
    public async Task What_a_restore_into_another_projects_share_waits_for_is_that_projects_to_know()
    {
        Backup backup = await core.BackUpAsync(share);
        Share target = await core.ShareAsync(owner: CoreFixture.Stranger);
        core.Store.Fail(StoreCall.Read, Fault.Temporarily, times: int.MaxValue);
        await core.Backups.RestoreAsync(CoreFixture.Admin, backup.Id, target.Id, false, default);
        core.Time.Advance(TimeSpan.FromMinutes(5));
        await core.DrainAsync();
        Operation waiting = Assert.Single(await core.LiveAsync(backup));
        Assert.Equal("It waits to be restored into a share of another project, which can read why.", waiting.Message);
        Assert.Equal(waiting.Message, (await core.Catalog.BackupAsync(backup.Id))!.FailReason);
    }

    [Fact]
    public async Task A_delete_that_the_store_refuses()
    {
        Backup backup = await core.BackUpAsync(share);
        core.Store.Fail(StoreCall.Delete, Fault.Permanently, beneath: $"{Rows.Project}/snapshots");
        await core.Backups.DeleteAsync(WorkerFixture.Member, backup.Id, default);
        await core.DrainAsync();
        Message told = await LastAsync(backup.Id, MessageLevel.Error);
        Assert.Equal((MessageAction.Delete, "delete: The backup store failed."), (told.ActionId, told.UserMessage));
    }

    [Fact]
    public async Task A_share_that_cannot_be_made()
    {
        Share made = await core.Shares.CreateAsync(
            WorkerFixture.Member,
            new("NFS", 1, null, null, false, null, null, new Dictionary<string, string>()),
            default
        );
        File.WriteAllText(core.PathOf(made), "in the way");
        await core.DrainAsync();
        Assert.Equal(ShareStatus.Error, (await core.Catalog.ShareAsync(made.Id))!.Status);
        Message told = await LastAsync(made.Id, MessageLevel.Error);
        Assert.Equal((MessageAction.Create, MessageResource.Share), (told.ActionId, told.ResourceType));
        Assert.Equal($"create: The directory of share {made.Id} cannot be opened: Not a directory.", told.UserMessage);
    }

    [Fact]
    public async Task A_share_that_cannot_be_removed()
    {
        Directory.Delete(core.Directory["shares/trash"]);
        File.WriteAllText(core.Directory["shares/trash"], "in the way");
        await core.Shares.DeleteAsync(WorkerFixture.Member, share.Id, default);
        await core.DrainAsync();
        Assert.Equal(ShareStatus.ErrorDeleting, (await core.Catalog.ShareAsync(share.Id))!.Status);
        Message told = await LastAsync(share.Id, MessageLevel.Error);
        Assert.Equal((MessageAction.Delete, Rows.Project), (told.ActionId, told.ProjectId));
    }

    [Fact]
    public async Task What_an_administrator_ended()
    {
        Backup made = await core.CreateAsync(share);
        await core.Backups.ResetStatusAsync(CoreFixture.Admin, made.Id, "error", default);
        Message told = await LastAsync(made.Id, MessageLevel.Error);
        Assert.Equal("create: An administrator reset the backup's status.", told.UserMessage);
    }

    [Fact]
    public async Task That_a_share_is_read_while_in_use_is_said_once()
    {
        Backup first = await core.BackUpAsync(share);
        Message told = Assert.Single(await core.Catalog.MessagesAsync(first.Id));
        Assert.Equal((MessageLevel.Info, MessageDetail.Captured), (told.MessageLevel, told.DetailId));
        Assert.Contains("capture: live", told.UserMessage, StringComparison.Ordinal);
        core.Time.Advance(TimeSpan.FromDays(1));
        Backup second = await core.BackUpAsync(share);
        Assert.Empty(await core.Catalog.MessagesAsync(second.Id));
    }

    [Fact]
    public async Task Entries_that_are_missing_are_said_each_time_and_at_the_restore()
    {
        for (int n = 0; n < 100; n++)
        {
            string path = Path.Join(core.PathOf(share), new string('x', 200) + n);
            RawFiles.Write(path, "");
            RawFiles.SetAttribute(path, [.. "user."u8, 0xff], "x"u8);
        }
        foreach (int _ in Enumerable.Range(0, 2))
        {
            core.Time.Advance(TimeSpan.FromDays(1));
            Backup backup = await core.BackUpAsync(share);
            Message told = Assert.Single(await core.Catalog.MessagesAsync(backup.Id));
            Assert.Equal((MessageLevel.Warning, MessageDetail.LeftOut), (told.MessageLevel, told.DetailId));
            Assert.StartsWith("create: 100 entries of the share are not", told.UserMessage, StringComparison.Ordinal);
            Assert.Contains("stored under another: 100. ", told.UserMessage, StringComparison.Ordinal);
            Assert.Contains("stored under another: /xxx", told.UserMessage, StringComparison.Ordinal);
            Assert.InRange(told.UserMessage.Length, 1, 1023);
        }
        Backup last = await core.BackUpAsync(share);
        await core.Backups.RestoreAsync(WorkerFixture.Member, last.Id, null, false, default);
        await core.DrainAsync();
        Message restored = await LastAsync(share.Id, MessageLevel.Warning);
        Assert.StartsWith($"restore share backup: Backup {last.Id} is restored.", restored.UserMessage);
        Assert.Contains("lacks 100 entries", restored.UserMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_restore_across_projects_left_out()
    {
        RawFiles.SetAttribute((RawPath)core.PathOf(share) / "file", "trusted.x", "x"u8);
        RawFiles.SetAttribute((RawPath)core.PathOf(share) / "file", [.. "user."u8, 0xff], "x"u8);
        Backup backup = await core.BackUpAsync(share);
        Share target = await core.ShareAsync(owner: CoreFixture.Stranger);
        await core.Backups.RestoreAsync(CoreFixture.Admin, backup.Id, target.Id, false, default);
        await core.DrainAsync();
        Message told = await LastAsync(target.Id, MessageLevel.Warning);
        Assert.EndsWith("security.* and trusted.* attributes: 1.", told.UserMessage, StringComparison.Ordinal);
        Assert.Contains("The backup lacks 1 entries as they were. ", told.UserMessage, StringComparison.Ordinal);
        Assert.Equal(Rows.Stranger, told.ProjectId);
    }

    [Fact]
    public async Task An_adopted_snapshot_says_that_its_list_of_errors_is_lost()
    {
        RawFiles.SetAttribute((RawPath)core.PathOf(share) / "file", [.. "user."u8, 0xff], "x"u8);
        (Backup made, _) = await core.BackUpTooLateAsync(share);
        await core.DrainAsync();
        Assert.Contains("Which is not known", (await core.Catalog.BackupAsync(made.Id))!.Notes);
        Message told = await LastAsync(made.Id, MessageLevel.Warning);
        Assert.Contains("1 entries of the share are not in the backup", told.UserMessage, StringComparison.Ordinal);
        Assert.Contains("Which is not known", told.UserMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_go_with_the_daily_upkeep_after_a_month()
    {
        Backup backup = await core.BackUpAsync(share);
        Assert.NotEmpty(await core.Catalog.MessagesAsync(backup.Id));
        core.Time.Advance(TimeSpan.FromDays(30));
        await MaintainAsync();
        Assert.NotEmpty(await core.Catalog.MessagesAsync(backup.Id));
        core.Time.Advance(TimeSpan.FromDays(1));
        await MaintainAsync();
        Assert.Empty(await core.Catalog.MessagesAsync(backup.Id));
    }

    private async Task MaintainAsync()
    {
        await core.Get<Scheduler>().TickAsync(default);
        await core.DrainAsync();
    }

    private async Task BackupFailsAsync(string reason)
    {
        Backup made = await core.CreateAsync(share);
        await core.DrainAsync();
        Backup failed = (await core.Catalog.BackupAsync(made.Id))!;
        Assert.Equal((BackupStatus.Error, reason), (failed.Status, failed.FailReason));
        Message told = await LastAsync(made.Id, MessageLevel.Error);
        Assert.Equal(("create: " + reason, MessageDetail.Failed), (told.UserMessage, told.DetailId));
        Assert.Equal((MessageAction.Create, MessageResource.ShareBackup), (told.ActionId, told.ResourceType));
        Assert.Equal((Rows.Project, "req-1"), (told.ProjectId, told.RequestId));
    }

    private async Task RestoreFailsAsync(Backup backup, string reason)
    {
        await core.Backups.RestoreAsync(WorkerFixture.Member, backup.Id, null, false, default);
        await core.DrainAsync();
        Assert.Equal(ShareStatus.BackupRestoringError, (await core.Catalog.ShareAsync(share.Id))!.Status);
        Message told = await LastAsync(share.Id, MessageLevel.Error);
        Assert.Equal("restore share backup: " + reason, told.UserMessage);
        Assert.Equal((MessageAction.RestoreBackup, MessageResource.Share), (told.ActionId, told.ResourceType));
    }

    /// <summary>Tries five times, and is told of once.</summary>
    private async Task BackupWaitsAsync(string reason)
    {
        Backup made = await core.CreateAsync(share);
        foreach (int _ in Enumerable.Range(0, 5))
        {
            await core.DrainAsync();
            core.Time.Advance(TimeSpan.FromMinutes(5));
        }
        Backup waiting = (await core.Catalog.BackupAsync(made.Id))!;
        Assert.Equal((BackupStatus.Creating, reason), (waiting.Status, waiting.FailReason));
        Message told = Assert.Single(await core.Catalog.MessagesAsync(made.Id));
        Assert.Equal(("create: " + reason, MessageLevel.Warning), (told.UserMessage, told.MessageLevel));
        Assert.Equal(MessageDetail.Waiting, told.DetailId);
    }

    private async Task BackupGoesOnAsync()
    {
        await core.DrainAsync();
        Assert.Equal(ShareStatus.Available, (await core.Catalog.ShareAsync(share.Id))!.Status);
    }

    /// <summary>The newest message of the level about the resource, and nothing of the host in any.</summary>
    private async Task<Message> LastAsync(string resource, string level)
    {
        IReadOnlyList<Message> all = await core.Catalog.MessagesAsync(resource);
        Assert.All(all, one => Assert.DoesNotContain(core.Directory.Path, one.UserMessage, StringComparison.Ordinal));
        Message? last = all.LastOrDefault(one => one.MessageLevel == level);
        Assert.True(last is not null, string.Join('\n', all.Select(one => one.UserMessage)));
        return last;
    }

    private static async Task DamageAsync(string path)
    {
        byte[] bytes = await File.ReadAllBytesAsync(path);
        for (int at = 0; at < bytes.Length; at++)
        {
            bytes[at] ^= 1;
        }
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllBytesAsync(path, bytes);
    }

    private static byte[] Noise(int count)
    {
        byte[] bytes = new byte[count];
        new Random(7).NextBytes(bytes);
        return bytes;
    }
}
