using System.Text.Json.Nodes;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Holdfast.Tests.Api.Manila;
using Xunit;

namespace Holdfast.Tests.Api.Native;

public sealed class SharingsTests : ManilaTests
{
    private static readonly string[] Members =
    [
        "backup",
        "backup_id",
        "created_at",
        "expires_at",
        "from_project_id",
        "id",
        "state",
        "to_project_id",
        "updated_at",
    ];

    [Fact]
    public async Task A_sharing_has_exactly_the_documented_members()
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync(), name: "nightly");
        Sharing sharing = await World.AddSharingAsync(
            backup,
            ApiHost.OtherProject,
            SharingState.Pending,
            row => row with { ExpiresAt = row.CreatedAt.AddYears(100) }
        );
        foreach (string caller in (string[])["reader", "other"])
        {
            Answer answer = await SendAsync("GET", $"/{sharing.Id}", caller);
            Assert.Equal((200, "application/json"), (answer.Code, answer.Header("Content-Type")));
            Assert.Equal(Members, Keys(answer.Json));
            Assert.Equal(
                (sharing.Id, backup.Id, "pending", "2126-01-02T03:04:05.000000Z", "2026-01-02T03:04:05.000000Z", null),
                (
                    Text(answer.Json, "id"),
                    Text(answer.Json, "backup_id"),
                    Text(answer.Json, "state"),
                    Text(answer.Json, "expires_at"),
                    Text(answer.Json, "created_at"),
                    Text(answer.Json, "updated_at")
                )
            );
            Assert.Equal(
                (ApiHost.Project, ApiHost.OtherProject),
                (Text(answer.Json, "from_project_id"), Text(answer.Json, "to_project_id"))
            );
            JsonNode shown = answer.Json["backup"]!;
            Assert.Equal(
                ["availability_zone", "created_at", "id", "name", "share_id", "size", "status", "volume_id"],
                Keys(shown)
            );
            Assert.Equal(
                (backup.Id, "nightly", "available", backup.ShareId, null),
                (
                    Text(shown, "id"),
                    Text(shown, "name"),
                    Text(shown, "status"),
                    Text(shown, "share_id"),
                    Text(shown, "volume_id")
                )
            );
        }
    }

    [Fact]
    public async Task What_must_be_accepted_counts_once_it_is_and_until_it_is_rejected()
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync());
        Answer created = await SendAsync("POST", "", "member", Body(backup, ""","accept":"required" """));
        Assert.Equal(201, created.Code);
        JsonNode row = Assert.Single(created.Json["sharings"]!.AsArray())!;
        Assert.Equal(Members.Where(name => name != "backup"), Keys(row));
        Assert.Equal(("pending", null), (Text(row, "state"), Text(row, "updated_at")));
        string id = Text(row, "id")!;

        Assert.Equal(404, (await VbsAsync(id)).Code);
        Assert.Equal("accepted", Text((await SendAsync("POST", $"/{id}/accept", "other")).Json, "state"));
        Assert.Equal(200, (await VbsAsync(id)).Code);
        Answer rejected = await SendAsync("POST", $"/{id}/reject", "other");
        Assert.Equal((200, "rejected"), (rejected.Code, Text(rejected.Json, "state")));
        Assert.NotNull(Text(rejected.Json, "updated_at"));
        Assert.Equal(404, (await VbsAsync(id)).Code);

        // The owner offers it anew.
        Answer again = await SendAsync("POST", "", "member", Body(backup, ""","accept":"required" """));
        Assert.Equal(
            (id, "pending"),
            (Text(again.Json["sharings"]![0], "id"), Text(again.Json["sharings"]![0], "state"))
        );
    }

    [Fact]
    public async Task Each_side_has_its_own_way_to_end_it()
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync());
        string id = (await World.AddSharingAsync(backup, ApiHost.OtherProject)).Id;
        AssertProblem(
            await SendAsync("DELETE", $"/{id}", "other"),
            403,
            "Only the project that shared the backup may end the sharing."
        );
        foreach (string tail in (string[])["/accept", "/reject"])
        {
            Assert.Equal(403, (await SendAsync("POST", $"/{id}{tail}", "member")).Code);
        }
        Assert.Equal(403, (await SendAsync("DELETE", $"/{id}/membership", "member")).Code);

        Answer left = await SendAsync("DELETE", $"/{id}/membership", "other");
        Assert.Equal((204, ""), (left.Code, left.Text));
        AssertProblem(await SendAsync("GET", $"/{id}", "member"), 404, $"Sharing {id} could not be found.");

        id = (await World.AddSharingAsync(backup, ApiHost.OtherProject)).Id;
        Answer ended = await SendAsync("DELETE", $"/{id}", "member");
        Assert.Equal((204, ""), (ended.Code, ended.Text));
        AssertProblem(await SendAsync("GET", $"/{id}", "other"), 404, $"Sharing {id} could not be found.");
    }

    [Fact]
    public async Task The_list_is_of_what_was_given_or_received_newest_first_and_filters()
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync());
        Backup foreign = await World.AddBackupAsync(await World.AddShareAsync(ApiHost.OtherProject));
        string first = (await World.AddSharingAsync(backup, ApiHost.OtherProject)).Id;
        string second = (
            await World.AddSharingAsync(
                backup,
                Rows.Stranger,
                SharingState.Pending,
                row => row with { CreatedAt = row.CreatedAt.AddSeconds(1) }
            )
        ).Id;
        string received = (await World.AddSharingAsync(foreign, ApiHost.Project, SharingState.Rejected)).Id;
        await World.AddSharingAsync(foreign, Rows.Stranger);

        Assert.Equal([second, first], await IdsAsync(""));
        Assert.Equal([second, first], await IdsAsync("?received=false"));
        Assert.Equal([received], await IdsAsync("?received=true"));
        Assert.Equal([second], await IdsAsync("?state=pending"));
        Assert.Equal([received], await IdsAsync("?received=true&state=rejected"));
        Assert.Empty(await IdsAsync("?received=true&state=accepted"));
        Assert.Equal([first], await IdsAsync($"?to_project_id={ApiHost.OtherProject}"));
        Assert.Equal([second, first], await IdsAsync($"?backup_id={backup.Id}"));
        Assert.Equal([received], await IdsAsync($"?received=true&from_project_id={ApiHost.OtherProject}"));
        Assert.Empty(await IdsAsync($"?backup_id={foreign.Id}"));
        Assert.Empty(await IdsAsync($"?from_project_id={ApiHost.OtherProject}"));
    }

    [Fact]
    public async Task A_cursor_goes_through_the_list_without_gap_or_overlap_also_past_what_is_gone()
    {
        for (int n = 0; n < 7; n++)
        {
            // Some at one time: the id parts them.
            await World.AddSharingAsync(change: row => row with { CreatedAt = row.CreatedAt.AddSeconds(n / 3) });
        }
        List<string> all = await IdsAsync("");
        Assert.Equal(7, all.Count);
        List<string> seen = [];
        string? cursor = null;
        do
        {
            JsonNode page = (
                await SendAsync("GET", $"?limit=3{(cursor is null ? "" : $"&cursor={cursor}")}", "member")
            ).Json;
            List<string> rows = Ids(page);
            cursor = Text(page, "next_cursor");
            Assert.Equal(cursor is null ? 1 : 3, rows.Count);
            seen.AddRange(rows);
            Assert.Equal(204, (await SendAsync("DELETE", $"/{rows[^1]}", "member")).Code);
        } while (cursor is not null);
        Assert.Equal(all, seen);
    }

    [Theory]
    [InlineData("limit=0", "'limit' must be a number from 1 to 1000.")]
    [InlineData("cursor=AAAA", "'cursor' is not one that a list here has given.")]
    [InlineData("state=gone", "'state' must be one of pending, accepted, rejected.")]
    [InlineData("received=1", "'received' must be true or false.")]
    public async Task A_query_that_makes_no_sense_is_a_problem_that_says_why(string query, string why) =>
        AssertProblem(await SendAsync("GET", $"?{query}", "member"), 400, why);

    [Theory]
    [InlineData("", "The request body must be a JSON object.")]
    [InlineData("[]", "The request body must be a JSON object.")]
    [InlineData("{", "Malformed request body")]
    [InlineData("{}", "'backup_id' must be text, and not empty.")]
    [InlineData("""{"backup_id":"b"}""", "'to_project_ids' must be a list of texts.")]
    [InlineData("""{"backup_id":"b","to_project_ids":["{p}"],"accept":true}""", "'accept' must be text.")]
    [InlineData(
        """{"backup_id":"b","to_project_ids":["{p}"],"accept":"maybe"}""",
        "'accept' must be 'none' or 'required'."
    )]
    [InlineData(
        """{"backup_id":"b","to_project_ids":["{p}"],"expires_at":1}""",
        "'expires_at' must be a time of ISO 8601 with its zone: 2026-01-02T03:04:05Z."
    )]
    [InlineData(
        """{"backup_id":"b","to_project_ids":["{p}"],"expires_at":"2100-01-01T00:00:00"}""",
        "'expires_at' must be a time of ISO 8601 with its zone: 2026-01-02T03:04:05Z."
    )]
    [InlineData(
        """{"backup_id":"b","to_project_ids":["{p}"],"expires_at":"2000-01-01T00:00:00Z"}""",
        "expires_at must lie in the future."
    )]
    [InlineData("""{"backup_id":"b","to_project_ids":[]}""", "to_project_ids must name at least one project.")]
    public async Task A_body_that_makes_no_sense_is_a_problem_that_says_why(string body, string why) =>
        AssertProblem(await SendAsync("POST", "", "member", body.Replace("{p}", ApiHost.OtherProject)), 400, why);

    [Theory]
    [InlineData("2100-01-01T00:00:00Z", "2100-01-01T00:00:00.000000Z")]
    [InlineData("2100-01-01T01:30:00.1234567+01:30", "2100-01-01T00:00:00.123456Z")]
    [InlineData("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.999999Z")]
    public async Task An_end_is_kept_to_the_microsecond_in_utc_and_a_new_one_replaces_it(string end, string shown)
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync());
        string id = (await World.AddSharingAsync(backup, ApiHost.OtherProject)).Id;
        Answer answer = await SendAsync("POST", "", "member", Body(backup, $""","expires_at":"{end}" """));
        Assert.Equal((201, id), (answer.Code, Text(answer.Json["sharings"]![0], "id")));
        Assert.Equal(shown, Text(answer.Json["sharings"]![0], "expires_at"));
        Assert.Equal(shown, Text((await SendAsync("GET", $"/{id}", "other")).Json, "expires_at"));
    }

    [Fact]
    public async Task A_third_project_cannot_tell_what_is_there_from_what_is_not()
    {
        Backup foreign = await World.AddBackupAsync(await World.AddShareAsync(Rows.Project));
        string id = (await World.AddSharingAsync(foreign, Rows.Stranger)).Id;
        string unknown = Guid.NewGuid().ToString();
        foreach (
            string call in (string[])
                ["GET /{id}", "DELETE /{id}", "POST /{id}/accept", "POST /{id}/reject", "DELETE /{id}/membership"]
        )
        {
            Answer nothing = await AskAsync(unknown);
            Assert.Equal(404, nothing.Code);
            foreach (string there in (string[])[id, foreign.Id])
            {
                Answer answer = await AskAsync(there);
                Assert.Equal(
                    (404, nothing.Text.Replace(unknown, "ID")),
                    (answer.Code, answer.Text.Replace(there, "ID"))
                );
            }

            Task<Answer> AskAsync(string one) =>
                SendAsync(call.Split(' ')[0], call.Split(' ')[1].Replace("{id}", one), "member");
        }
    }

    private static string Body(Backup backup, string more) =>
        $$"""{"backup_id":"{{backup.Id}}","to_project_ids":["{{ApiHost.OtherProject}}"]{{more}}}""";

    private Task<Answer> SendAsync(string method, string tail, string caller, string? body = null) =>
        Host.SendAsync(method, $"/api/v1/sharings{tail}", body, caller, version: null, experimental: null);

    private Task<Answer> VbsAsync(string id) =>
        Host.SendAsync("GET", $"/v2/{ApiHost.OtherProject}/os-vendor-backup-sharing/{id}", token: "other");

    private async Task<List<string>> IdsAsync(string query) => Ids((await SendAsync("GET", query, "member")).Json);

    private static List<string> Ids(JsonNode list) => [.. list["sharings"]!.AsArray().Select(row => Text(row, "id")!)];

    private static void AssertProblem(Answer answer, int status, string detail)
    {
        Assert.Equal((status, "application/problem+json"), (answer.Code, answer.Header("Content-Type")));
        Assert.Equal((status, detail), (answer.Json["status"]!.GetValue<int>(), Text(answer.Json, "detail")));
    }
}
