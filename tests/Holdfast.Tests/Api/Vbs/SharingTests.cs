using System.Text.Json.Nodes;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Vbs;

/// <summary>What may be shared with whom, how it ends, and who is told what.</summary>
public sealed class SharingTests : VbsTests
{
    [Theory]
    [InlineData("", "Missing required element 'shared' in request body.")]
    [InlineData("{}", "Missing required element 'shared' in request body.")]
    [InlineData("[]", "Missing required element 'shared' in request body.")]
    [InlineData("null", "Missing required element 'shared' in request body.")]
    [InlineData("""{"shared":[]}""", "Missing required element 'shared' in request body.")]
    [InlineData("{", "Malformed request body")]
    [InlineData("""{"shared":"\ud800"}""", "Malformed request body")]
    [InlineData("""{"shared":{"to_project_ids":["{p}"]}}""", "'backup_id' must be text, and not empty.")]
    [InlineData("""{"shared":{"backup_id":"","to_project_ids":["{p}"]}}""", "'backup_id' must be text, and not empty.")]
    [InlineData("""{"shared":{"backup_id":1,"to_project_ids":["{p}"]}}""", "'backup_id' must be text, and not empty.")]
    [InlineData("""{"shared":{"backup_id":"{b}"}}""", "'to_project_ids' must be a list of texts.")]
    [InlineData(
        """{"shared":{"backup_id":"{b}","to_project_ids":"{p}"}}""",
        "'to_project_ids' must be a list of texts."
    )]
    [InlineData(
        """{"shared":{"backup_id":"{b}","to_project_ids":["{p}",1]}}""",
        "'to_project_ids' must be a list of texts."
    )]
    [InlineData(
        """{"shared":{"backup_id":"{b}","to_project_ids":[null]}}""",
        "'to_project_ids' must be a list of texts."
    )]
    [InlineData(
        """{"shared":{"backup_id":"{b}","to_project_ids":[]}}""",
        "to_project_ids must name at least one project."
    )]
    [InlineData(
        """{"shared":{"backup_id":"{b}","to_project_ids":["{p}","p1"]}}""",
        "A project in to_project_ids is no project id: it has 32 characters, letters and digits, and at least one letter."
    )]
    [InlineData(
        """{"shared":{"backup_id":"{b}","to_project_ids":["{p}","c13f5220dc1949b0b741ea81a7cd5554"]}}""",
        "A backup cannot be shared with the project that it belongs to."
    )]
    public async Task A_request_that_makes_no_sense_is_400_and_shares_nothing(string body, string why)
    {
        Backup backup = await AddBackupAsync();
        Answer answer = await SendAsync("POST", "", body.Replace("{b}", backup.Id).Replace("{p}", Recipient));
        Assert.Equal((400, ("badRequest", why)), (answer.Code, answer.Fault));
        Assert.Equal("""{"count":0}""", (await SendAsync("GET", "/count")).Text);
    }

    [Fact]
    public async Task Unknown_members_and_another_declared_type_mean_nothing()
    {
        Backup backup = await AddBackupAsync();
        string body =
            $$$"""{"_":1,"shared":{"_":"b1","backup_id":"{{{backup.Id}}}","to_project_ids":["{{{Recipient}}}"]}}""";
        Answer answer = await Host.SendAsync(
            "POST",
            $"/v2/{Owner}/os-vendor-backup-sharing",
            body,
            Owner,
            contentType: "application/x-www-form-urlencoded"
        );
        Assert.Equal(200, answer.Code);
    }

    [Fact]
    public async Task Ten_projects_at_most_and_all_of_a_request_or_none()
    {
        Backup backup = await AddBackupAsync();
        string[] projects = [.. Enumerable.Range(0, 12).Select(n => $"{n:d2}{Third[2..]}")];
        await RefusedAsync(projects[..11]);
        Assert.Equal(8, Rows(await ShareAsync(backup.Id, projects[..8])).Length);
        await RefusedAsync(projects[8..11]);
        Assert.Equal("""{"count":8}""", (await SendAsync("GET", "/count")).Text);
        // Those who have it are no more recipients for being named again.
        Assert.Equal(10, Rows(await ShareAsync(backup.Id, projects[..10])).Length);
        await RefusedAsync(projects[10]);

        async Task RefusedAsync(params string[] to)
        {
            Answer answer = await ShareAsync(backup.Id, to);
            Assert.Equal(
                (400, ("badRequest", "A backup can be shared with at most 10 projects.")),
                (answer.Code, answer.Fault)
            );
        }
    }

    [Fact]
    public async Task Sharing_again_returns_the_row_there_is_and_a_project_named_twice_is_one()
    {
        Backup backup = await AddBackupAsync();
        JsonNode first = Assert.Single(Rows(await ShareAsync(backup.Id, Recipient, Recipient)));
        JsonNode[] again = Rows(await ShareAsync(backup.Id, Third, Recipient));
        Assert.Equal([Third, Recipient], again.Select(row => Text(row, "to_project_id")));
        Assert.Equal(first.ToJsonString(), again[1].ToJsonString());
        Assert.Equal("""{"count":2}""", (await SendAsync("GET", "/count")).Text);
    }

    [Theory]
    [InlineData(BackupStatus.Creating)]
    [InlineData(BackupStatus.Error)]
    [InlineData(BackupStatus.Deleting)]
    [InlineData(BackupStatus.Restoring)]
    public async Task Only_a_backup_that_is_available_is_shared(string status)
    {
        Backup backup = await AddBackupAsync(change: row => row with { Status = status });
        Answer answer = await ShareAsync(backup.Id, Recipient);
        Assert.Equal((400, "badRequest"), (answer.Code, answer.Fault?.Key));
        Assert.StartsWith("Invalid backup: ", answer.Fault?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ending_one_sharing_leaves_the_others_and_it_may_begin_again_as_another()
    {
        Backup backup = await AddBackupAsync();
        string[] ids = [.. Rows(await ShareAsync(backup.Id, Recipient, Third)).Select(row => Text(row, "id")!)];
        Answer ended = await SendAsync("DELETE", $"/{ids[0]}");
        Assert.Equal((200, "", "0"), (ended.Code, ended.Text, ended.Header("Content-Length")));
        AssertGone(await SendAsync("GET", $"/{ids[0]}"), ids[0]);
        AssertGone(await SendAsync("DELETE", $"/{ids[0]}"), ids[0]);
        AssertGone(await SendAsync("GET", $"/{ids[0]}", project: Recipient), ids[0]);
        Assert.Equal([ids[1]], Ids(await SendAsync("GET", "/detail")));
        Assert.NotEqual(ids[0], Text(Rows(await ShareAsync(backup.Id, Recipient))[0], "id"));
    }

    [Theory]
    [InlineData("true")]
    [InlineData("1")]
    [InlineData("Yes")]
    public async Task By_the_backups_id_all_of_its_sharings_end_and_there_need_be_none(string flag)
    {
        Backup backup = await AddBackupAsync();
        Sharing other = await World.AddSharingAsync(await AddBackupAsync(), Recipient);
        await ShareAsync(backup.Id, Recipient, Third);
        for (int i = 0; i < 2; i++)
        {
            Answer ended = await SendAsync("DELETE", $"/{backup.Id}?is_backup_id={flag}");
            Assert.Equal((200, ""), (ended.Code, ended.Text));
            Assert.Equal([other.Id], Ids(await SendAsync("GET", "/detail")));
        }
    }

    [Fact]
    public async Task The_flag_says_whose_id_it_is_and_the_other_is_404()
    {
        Backup backup = await AddBackupAsync();
        Sharing sharing = await World.AddSharingAsync(backup, Recipient);
        AssertGone(await SendAsync("DELETE", $"/{backup.Id}"), backup.Id);
        AssertGone(await SendAsync("DELETE", $"/{backup.Id}?is_backup_id=false"), backup.Id);
        Answer answer = await SendAsync("DELETE", $"/{sharing.Id}?is_backup_id=true");
        Assert.Equal((404, ("itemNotFound", $"Backup {sharing.Id} could not be found.")), (answer.Code, answer.Fault));
        Answer flag = await SendAsync("DELETE", $"/{sharing.Id}?is_backup_id=perhaps");
        Assert.Equal((400, "is_backup_id must be true or false."), (flag.Code, flag.Fault?.Message));
        Assert.Equal([sharing.Id], Ids(await SendAsync("GET", "/detail")));
    }

    [Fact]
    public async Task Nothing_ends_without_an_id()
    {
        Sharing sharing = await World.AddSharingAsync(await AddBackupAsync(), Recipient);
        foreach (string tail in (string[])["", "?is_backup_id=true"])
        {
            Answer answer = await SendAsync("DELETE", tail);
            Assert.Equal((405, "badMethod", "POST"), (answer.Code, answer.Fault?.Key, answer.Header("Allow")));
        }
        foreach (string tail in (string[])["/", "/?is_backup_id=true", "/detail", "/count"])
        {
            Assert.InRange((await SendAsync("DELETE", tail)).Code, 404, 405);
        }
        Assert.Equal([sharing.Id], Ids(await SendAsync("GET", "/detail")));
    }

    [Fact]
    public async Task A_recipient_ends_nothing_and_shares_nothing_on()
    {
        Backup backup = await AddBackupAsync();
        Sharing sharing = await World.AddSharingAsync(backup, Recipient);
        string body = $$$"""{"shared":{"backup_id":"{{{backup.Id}}}","to_project_ids":["{{{Third}}}"]}}""";
        Answer[] answers =
        [
            await SendAsync("DELETE", $"/{sharing.Id}", project: Recipient),
            await SendAsync("DELETE", $"/{backup.Id}?is_backup_id=true", project: Recipient),
            await SendAsync("POST", "", body, Recipient),
        ];
        Assert.Equal([403, 403, 404], answers.Select(answer => answer.Code));
        Assert.Equal(["forbidden", "forbidden", "itemNotFound"], answers.Select(answer => answer.Fault?.Key));
        Assert.Equal([sharing.Id], Ids(await SendAsync("GET", "/detail?share_to_me=1", project: Recipient)));
    }

    [Theory]
    [InlineData(SharingState.Pending)]
    [InlineData(SharingState.Rejected)]
    public async Task What_is_not_accepted_is_the_owners_to_see_alone(string state)
    {
        Sharing sharing = await World.AddSharingAsync(await AddBackupAsync(), Recipient, state);
        Assert.Equal([sharing.Id], Ids(await SendAsync("GET", "/detail")));
        Assert.Equal(200, (await SendAsync("GET", $"/{sharing.Id}")).Code);
        Assert.Empty(Ids(await SendAsync("GET", "/detail?share_to_me=1", project: Recipient)));
        Assert.Equal("""{"count":0}""", (await SendAsync("GET", "/count?share_to_me=1", project: Recipient)).Text);
        AssertGone(await SendAsync("GET", $"/{sharing.Id}", project: Recipient), sharing.Id);
        AssertGone(await SendAsync("DELETE", $"/{sharing.Id}", project: Recipient), sharing.Id);
        Assert.Equal(200, (await SendAsync("DELETE", $"/{sharing.Id}")).Code);
    }

    [Fact]
    public async Task What_has_expired_is_gone_for_both_sides()
    {
        Sharing sharing = await World.AddSharingAsync(
            await AddBackupAsync(),
            Recipient,
            change: row => row with { ExpiresAt = row.CreatedAt }
        );
        foreach (string project in (string[])[Owner, Recipient])
        {
            AssertGone(await SendAsync("GET", $"/{sharing.Id}", project: project), sharing.Id);
            AssertGone(await SendAsync("DELETE", $"/{sharing.Id}", project: project), sharing.Id);
            Assert.Empty(Ids(await SendAsync("GET", "/detail", project: project)));
            Assert.Empty(Ids(await SendAsync("GET", "/detail?share_to_me=1", project: project)));
        }
    }

    [Fact]
    public async Task A_third_project_cannot_tell_what_is_there_from_what_is_not()
    {
        Backup backup = await AddBackupAsync(change: row => row with { Name = "a name" });
        Sharing sharing = await World.AddSharingAsync(backup, Recipient);
        string unknown = Guid.NewGuid().ToString();
        foreach (
            (string method, string tail) in ((string, string)[])
                [
                    ("GET", "/{id}"),
                    ("DELETE", "/{id}"),
                    ("DELETE", "/{id}?is_backup_id=true"),
                    ("GET", "/detail?backup_id={id}"),
                    ("GET", "/count?backup_id={id}"),
                    ("GET", "/detail?volume_id={id}&share_to_me=1"),
                    ("GET", "/detail?from_project_id={id}&share_to_me=1"),
                    ("GET", "/detail?to_project_id={id}&share_to_me=1"),
                    ("GET", "/detail?to_project_id={id}"),
                    ("POST", ""),
                ]
        )
        {
            Answer nothing = await AskAsync(unknown);
            foreach (string id in (string[])[sharing.Id, backup.Id, backup.ShareId!, Owner, Recipient])
            {
                Answer answer = await AskAsync(id);
                Assert.Equal(
                    (nothing.Code, nothing.Text.Replace(unknown, "ID")),
                    (answer.Code, answer.Text.Replace(id, "ID"))
                );
                Assert.Equal(Names(nothing), Names(answer));
            }

            Task<Answer> AskAsync(string id) =>
                SendAsync(
                    method,
                    tail.Replace("{id}", id),
                    method == "POST"
                        ? $$$"""{"shared":{"backup_id":"{{{id}}}","to_project_ids":["{{{Recipient}}}"]}}"""
                        : null,
                    Third
                );
        }

        static string Names(Answer answer) => string.Join(' ', answer.Headers.Keys.Order());
    }

    private static JsonNode[] Rows(Answer answer)
    {
        Assert.Equal(200, answer.Code);
        return [.. answer.Json["shared"]!.AsArray().Select(row => row!)];
    }

    private static void AssertGone(Answer answer, string id) =>
        Assert.Equal((404, ("itemNotFound", $"Sharing {id} could not be found.")), (answer.Code, answer.Fault));
}
