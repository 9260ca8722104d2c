using System.Text.Json.Nodes;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Manila.Conformance;

/// <summary>DELETE /v2/share-backups/{id}.</summary>
public sealed class ShareBackupDeleteTests : ShareBackupTests
{
    [Theory]
    [InlineData(BackupStatus.Available)]
    [InlineData(BackupStatus.Error)]
    [InlineData(BackupStatus.ErrorDeleting)]
    public async Task Delete_answers_202_with_no_body_and_marks_the_backup(string status)
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync(), status: status);

        Answer answer = await Host.SendAsync("DELETE", $"{Backups}/{backup.Id}");

        Assert.Equal((202, "", "text/html; charset=UTF-8"), (answer.Code, answer.Text, answer.Header("Content-Type")));
        Assert.Equal("0", answer.Header("Content-Length"));
        Assert.Equal(BackupStatus.Deleting, (await World.Catalog.BackupAsync(backup.Id))!.Status);
    }

    [Theory]
    [InlineData(BackupStatus.Creating)]
    [InlineData(BackupStatus.Restoring)]
    [InlineData(BackupStatus.Deleting)]
    public async Task Delete_in_another_state_is_400(string status)
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync(), status: status);

        await RefusedAsync(
            "DELETE",
            $"{Backups}/{backup.Id}",
            null,
            400,
            "badRequest",
            $"Invalid backup: Backup {backup.Id} status must be available or error."
        );
    }

    [Fact]
    public async Task Of_deletes_at_once_one_wins()
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync());

        Answer[] answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Host.SendAsync("DELETE", $"{Backups}/{backup.Id}"))
        );

        Assert.Single(answers, answer => answer.Code == 202);
        Assert.Equal(7, answers.Count(answer => answer.Code == 400));
        Assert.Single(await World.QueuedAsync());
    }

    [Fact]
    public async Task A_share_is_untouched_by_the_deletion_of_its_backup()
    {
        Share share = await World.AddShareAsync();
        Backup backup = await World.AddBackupAsync(share);

        AssertAccepted(await Host.SendAsync("DELETE", $"{Backups}/{backup.Id}"));

        Assert.Equal(ShareStatus.Available, (await World.Catalog.ShareAsync(share.Id))!.Status);
        AssertFault(
            await Host.SendAsync("DELETE", $"/v2/shares/{share.Id}"),
            403,
            "Invalid share: Share still has 1 dependent backups."
        );
    }
}
