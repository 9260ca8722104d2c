using System.Text.Json.Nodes;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Manila.Conformance;

/// <summary>The action restore.</summary>
public sealed class ShareBackupRestoreTests : ShareBackupTests
{
    [Theory]
    [InlineData("2.80", "null")]
    [InlineData("2.90", "\"SOURCE\"")]
    [InlineData("2.91", "null")]
    [InlineData("2.91", "\"\"")]
    [InlineData("2.91", "{}")]
    [InlineData("2.91", "[]")]
    [InlineData("2.91", "0")]
    [InlineData("2.91", "false")]
    [InlineData("2.91", "\"SOURCE\"")]
    public async Task Restore_without_a_target_is_over_the_source(string version, string value)
    {
        Share share = await World.AddShareAsync();
        Backup backup = await World.AddBackupAsync(share);

        Answer answer = await RestoreAsync(
            backup,
            value.Replace("SOURCE", share.Id, StringComparison.Ordinal),
            version
        );

        Assert.Equal(202, answer.Code);
        JsonNode restore = answer.Json["restore"]!;
        Assert.Equal((backup.Id, share.Id), (Text(restore, "backup_id"), Text(restore, "share_id")));
        Assert.Equal(BackupStatus.Restoring, (await World.Catalog.BackupAsync(backup.Id))!.Status);
        Share marked = (await World.Catalog.ShareAsync(share.Id))!;
        Assert.Equal((ShareStatus.BackupRestoring, backup.Id), (marked.Status, marked.SourceBackupId));
    }

    [Fact]
    public async Task Restore_from_2_91_on_may_name_another_share_of_the_project()
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync());
        Share target = await World.AddShareAsync(size: 2);

        Answer answer = await RestoreAsync(backup, $"\"{target.Id}\"");

        Assert.Equal((202, target.Id), (answer.Code, Text(answer.Json["restore"]!, "share_id")));
    }

    [Fact]
    public async Task Restore_below_2_91_to_another_share_is_400()
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync());
        Share target = await World.AddShareAsync();

        Assert.Equal(400, (await RestoreAsync(backup, $"\"{target.Id}\"", "2.90")).Code);
        Assert.Equal(ShareStatus.Available, (await World.Catalog.ShareAsync(target.Id))!.Status);
    }

    [Theory]
    [InlineData("{\"share_id\":\"x\"}", 400)]
    [InlineData("[\"x\"]", 400)]
    [InlineData("\"nope\"", 404)]
    [InlineData("7", 404)]
    public async Task Restore_to_what_is_no_share_is_refused(string value, int status)
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync());

        Assert.Equal(status, (await RestoreAsync(backup, value)).Code);
        Assert.Equal(BackupStatus.Available, (await World.Catalog.BackupAsync(backup.Id))!.Status);
    }

    [Fact]
    public async Task Restore_to_a_share_that_cannot_be_read_is_404_and_to_one_that_can_only_be_read_403()
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync());
        Share hidden = await World.AddShareAsync(ApiHost.OtherProject);
        Share readable = await World.AddShareAsync(ApiHost.OtherProject, isPublic: true);

        Answer unseen = await RestoreAsync(backup, $"\"{hidden.Id}\"");
        Assert.Equal((404, "NotFound: Resource could not be found."), (unseen.Code, unseen.Fault!.Value.Message));
        Assert.Equal(403, (await RestoreAsync(backup, $"\"{readable.Id}\"")).Code);
        Assert.Equal(ShareStatus.Available, (await World.Catalog.ShareAsync(readable.Id))!.Status);
    }

    [Fact]
    public async Task Restore_needs_an_available_backup_and_an_available_share_that_is_large_enough()
    {
        Share share = await World.AddShareAsync(size: 2);
        Backup broken = await World.AddBackupAsync(share, status: BackupStatus.Error);
        Backup backup = await World.AddBackupAsync(share);
        Share busy = await World.AddShareAsync(status: ShareStatus.Error, size: 2);
        Share small = await World.AddShareAsync(size: 1);

        Assert.Equal(
            $"Invalid backup: Backup {broken.Id} status must be available.",
            (await RestoreAsync(broken, "null")).Fault!.Value.Message
        );
        Assert.Equal(
            "Invalid share: Share to be restored to must be available.",
            (await RestoreAsync(backup, $"\"{busy.Id}\"")).Fault!.Value.Message
        );
        Assert.Equal(
            "Invalid share: Share size 1 is too small to restore backup of size 2.",
            (await RestoreAsync(backup, $"\"{small.Id}\"")).Fault!.Value.Message
        );
    }

    [Fact]
    public async Task A_restore_that_broke_off_may_be_started_again()
    {
        Share share = await World.AddShareAsync(status: ShareStatus.BackupRestoringError);
        Backup backup = await World.AddBackupAsync(share);

        Assert.Equal(202, (await RestoreAsync(backup, "null")).Code);
    }

    [Fact]
    public async Task The_larger_share_is_no_larger_for_it()
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync(size: 1));
        Share target = await World.AddShareAsync(size: 5);

        Assert.Equal(202, (await RestoreAsync(backup, $"\"{target.Id}\"")).Code);

        Assert.Equal(5, (await World.Catalog.ShareAsync(target.Id))!.Size);
    }

    [Fact]
    public async Task Of_restores_at_once_over_one_share_one_wins()
    {
        Share share = await World.AddShareAsync();
        Backup[] backups = [await World.AddBackupAsync(share), await World.AddBackupAsync(share)];

        Answer[] answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(number => RestoreAsync(backups[number % 2], "null"))
        );

        Assert.Single(answers, answer => answer.Code == 202);
        Assert.Equal(7, answers.Count(answer => answer.Code == 400));
        Assert.Single(await World.QueuedAsync());
    }

    [Fact]
    public async Task Of_a_restore_and_a_delete_at_once_one_wins()
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync());

        Answer[] answers = await Task.WhenAll(
            RestoreAsync(backup, "null"),
            Host.SendAsync("DELETE", $"{Backups}/{backup.Id}")
        );

        Assert.Single(answers, answer => answer.Code == 202);
        AssertFault(
            Assert.Single(answers, answer => answer.Code == 400),
            400,
            (await World.Catalog.BackupAsync(backup.Id))!.Status == BackupStatus.Restoring
                ? $"Invalid backup: Backup {backup.Id} status must be available or error."
                : $"Invalid backup: Backup {backup.Id} status must be available."
        );
    }

    [Fact]
    public async Task A_reset_under_a_restore_ends_it_and_the_share_is_not_taken_for_whole()
    {
        Share share = await World.AddShareAsync();
        Backup backup = await World.AddBackupAsync(share);
        await RestoreAsync(backup, "null");

        AssertAccepted(await ResetAsync(backup.Id, """{"status":"available"}"""));

        Assert.Empty(await World.QueuedAsync());
        Assert.Equal(BackupStatus.Available, (await World.Catalog.BackupAsync(backup.Id))!.Status);
        // No worker had begun: not a byte was written.
        Assert.Equal(ShareStatus.Available, (await World.Catalog.ShareAsync(share.Id))!.Status);
    }
}
