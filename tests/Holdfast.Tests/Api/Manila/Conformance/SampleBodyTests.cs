using System.Text.Json.Nodes;
using Holdfast.Core.Model;
using Xunit;

namespace Holdfast.Tests.Api.Manila.Conformance;

/// <summary>
/// The bodies of the public API reference: each request is accepted as it is printed there, and each reply has its keys and
/// kinds, but for what the reference has wrong (a zone is never null, a new backup was never updated).
/// </summary>
public sealed class SampleBodyTests : ShareBackupTests
{
    // At 2.80, for which the reference was written.
    private static readonly string[] SampleKeys = [.. MemberKeys.Where(key => key != "backup_type")];

    [Fact]
    public async Task Create_with_empty_options_and_a_null_description()
    {
        Share share = await World.AddShareAsync();
        string body =
            $$$"""{"share_backup":{"share_id":"{{{share.Id}}}","backup_options":{},"description":null,"name":"backup1"}}""";

        Answer answer = await Host.SendAsync("POST", Backups, body, version: "2.80");

        Assert.Equal(202, answer.Code);
        JsonNode backup = Only(answer, "share_backup");
        AssertSample(backup, "creating", "0");
        Assert.Equal(
            (share.Id, "backup1", null),
            (Text(backup, "share_id"), Text(backup, "name"), Text(backup, "description"))
        );
        Assert.Null(backup["updated_at"]);
    }

    [Fact]
    public async Task Show()
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync(), name: "backup1");

        Answer answer = await Host.SendAsync("GET", $"{Backups}/{backup.Id}", version: "2.80");

        AssertSample(Only(answer, "share_backup"), "available", "100");
    }

    [Fact]
    public async Task Update_by_the_documented_keys()
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync(), name: "backup1");

        Answer answer = await Host.SendAsync(
            "PUT",
            $"{Backups}/{backup.Id}",
            """{"share_backup":{"display_name":"backup2","display_description":"Another description. Here is a backup"}}""",
            version: "2.80"
        );

        JsonNode changed = Only(answer, "share_backup");
        AssertSample(changed, "available", "100");
        Assert.Equal(
            ("backup2", "Another description. Here is a backup"),
            (Text(changed, "name"), Text(changed, "description"))
        );
        Assert.NotNull(changed["updated_at"]);
    }

    [Fact]
    public async Task Restore_answers_with_the_two_ids()
    {
        Share share = await World.AddShareAsync();
        Backup backup = await World.AddBackupAsync(share);

        Answer answer = await RestoreAsync(backup, "null", "2.80");

        Assert.Equal($$$"""{"restore":{"backup_id":"{{{backup.Id}}}","share_id":"{{{share.Id}}}"}}""", answer.Text);
    }

    [Fact]
    public async Task Reset_status()
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync());

        AssertAccepted(await ResetAsync(backup.Id, """{"status":"error"}"""));
    }

    [Fact]
    public async Task The_short_list_has_four_keys_a_backup_and_nothing_beside()
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync(), name: "backup3");

        Answer answer = await Host.SendAsync("GET", Backups, version: "2.80");

        Assert.Equal(
            $$"""{"share_backups":[{"id":"{{backup.Id}}","name":"backup3","share_id":"{{backup.ShareId}}","status":"available"}]}""",
            answer.Text
        );
    }

    [Fact]
    public async Task The_list_in_detail()
    {
        await World.AddBackupAsync(await World.AddShareAsync(), name: "backup1");
        await World.AddBackupAsync(await World.AddShareAsync(), name: "backup3");

        JsonArray rows = Only(await Host.SendAsync("GET", $"{Backups}/detail", version: "2.80"), "share_backups")
            .AsArray();

        Assert.Equal(2, rows.Count);
        Assert.All(rows, row => AssertSample(row!, "available", "100"));
    }

    private static void AssertSample(JsonNode backup, string status, string progress)
    {
        Assert.Equal(SampleKeys, Keys(backup));
        Assert.Equal(
            (status, progress, "0", "nova", 1),
            (
                Text(backup, "status"),
                Text(backup, "progress"),
                Text(backup, "restore_progress"),
                Text(backup, "availability_zone"),
                backup["size"]!.GetValue<int>()
            )
        );
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$", Text(backup, "created_at"));
    }

    private static JsonNode Only(Answer answer, string key)
    {
        KeyValuePair<string, JsonNode?> only = Assert.Single(answer.Json.AsObject());
        Assert.Equal(key, only.Key);
        return only.Value!;
    }
}
