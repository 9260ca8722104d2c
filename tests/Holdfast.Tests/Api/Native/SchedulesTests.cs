using System.Text.Json.Nodes;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Holdfast.Tests.Api.Manila;
using Xunit;

namespace Holdfast.Tests.Api.Native;

public sealed class SchedulesTests : ManilaTests
{
    private static readonly string[] Members =
    [
        "created_at",
        "cron",
        "enabled",
        "id",
        "last_at",
        "last_backup_id",
        "name",
        "next_at",
        "problem",
        "project_id",
        "retention",
        "share_id",
        "time_zone",
        "updated_at",
        "user_id",
        "volume_id",
    ];

    [Fact]
    public async Task A_schedule_is_made_shown_changed_and_removed()
    {
        Share share = await World.AddShareAsync();
        string body = $$$"""
            {"share_id": "{{{share.Id}}}", "name": "nightly", "cron": "30 2 * * *", "time_zone": "Asia/Kolkata",
             "retention": {"keep_daily": 7, "keep_within": "1m"}}
            """;
        Answer made = await SendAsync("POST", "", body);
        Assert.Equal(201, made.Code);
        Assert.Equal(Members, Keys(made.Json));
        string id = Text(made.Json, "id")!;
        Assert.Equal(
            (share.Id, null, "nightly"),
            (Text(made.Json, "share_id"), Text(made.Json, "volume_id"), Text(made.Json, "name"))
        );
        Assert.EndsWith("T21:00:00.000000Z", Text(made.Json, "next_at"), StringComparison.Ordinal);
        JsonNode retention = made.Json["retention"]!;
        Assert.Equal(
            (7, 0, "1m"),
            ((int)retention["keep_daily"]!, (int)retention["keep_last"]!, (string?)retention["keep_within"])
        );

        Assert.Equal(made.Json.ToJsonString(), (await SendAsync("GET", $"/{id}")).Json.ToJsonString());
        Answer changed = await SendAsync("PATCH", $"/{id}", """{"enabled": false, "name": null}""");
        Assert.Equal((200, null, null), (changed.Code, Text(changed.Json, "next_at"), Text(changed.Json, "name")));
        Assert.Equal(7, (int)changed.Json["retention"]!["keep_daily"]!);
        changed = await SendAsync(
            "PATCH",
            $"/{id}",
            """{"enabled": true, "cron": "0 4 * * *", "time_zone": "UTC", "retention": {}}"""
        );
        Assert.EndsWith("T04:00:00.000000Z", Text(changed.Json, "next_at"), StringComparison.Ordinal);
        Assert.Equal(0, (int)changed.Json["retention"]!["keep_daily"]!);

        Assert.Equal(204, (await SendAsync("DELETE", $"/{id}")).Code);
        Assert.Equal(404, (await SendAsync("GET", $"/{id}")).Code);
    }

    [Theory]
    [InlineData("""{"cron": "0 4 * * *"}""", "either 'share_id' or 'volume_id'")]
    [InlineData(
        """{"share_id": "SHARE", "volume_id": "SHARE", "cron": "0 4 * * *"}""",
        "either 'share_id' or 'volume_id'"
    )]
    [InlineData("""{"share_id": "SHARE"}""", "'cron' must be text")]
    [InlineData("""{"share_id": "SHARE", "cron": "often"}""", "Write minute, hour")]
    [InlineData("""{"share_id": "SHARE", "cron": "0 4 * * *", "time_zone": "Paris"}""", "write one such as UTC")]
    [InlineData("""{"share_id": "SHARE", "cron": "0 4 * * *", "enabled": 1}""", "'enabled' must be true or false")]
    [InlineData("""{"share_id": "SHARE", "cron": "0 4 * * *", "retention": 7}""", "'retention' must be an object")]
    [InlineData(
        """{"share_id": "SHARE", "cron": "0 4 * * *", "retention": {"keep_dayly": 7}}""",
        "no rule 'keep_dayly'"
    )]
    [InlineData(
        """{"share_id": "SHARE", "cron": "0 4 * * *", "retention": {"keep_daily": -1}}""",
        "'keep_daily' must be from 0"
    )]
    [InlineData(
        """{"share_id": "SHARE", "cron": "0 4 * * *", "retention": {"keep_daily": 1.5}}""",
        "'keep_daily' must be a number"
    )]
    [InlineData(
        """{"share_id": "SHARE", "cron": "0 4 * * *", "retention": {"keep_within": "a week"}}""",
        "'keep_within' is no length"
    )]
    public async Task What_makes_no_sense_is_refused_with_what_to_do(string body, string why)
    {
        Share share = await World.AddShareAsync();
        Answer answer = await SendAsync("POST", "", body.Replace("SHARE", share.Id, StringComparison.Ordinal));
        Assert.Equal((400, "application/problem+json"), (answer.Code, answer.Header("Content-Type")));
        Assert.Contains(why, Text(answer.Json, "detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_preview_names_what_would_go_by_the_rules_it_has_or_by_others()
    {
        Share share = await World.AddShareAsync();
        Schedule schedule = await World.AddScheduleAsync(share);
        for (int day = 0; day < 3; day++)
        {
            await World.Catalog.AddBackupsAsync(
                Rows.Backup($"b{day}", share.Id) with
                {
                    ProjectId = ApiHost.Project,
                    ScheduleId = schedule.Id,
                    SnapshotId = new string('a', 64),
                    CreatedAt = Rows.Start.AddDays(day - 5),
                }
            );
        }
        Answer asItIs = await SendAsync("POST", $"/{schedule.Id}/preview", "{}");
        Assert.Equal(200, asItIs.Code);
        Assert.Equal(5, asItIs.Json["next_times"]!.AsArray().Count);
        Assert.All(asItIs.Json["backups"]!.AsArray(), one => Assert.Equal("keep", Text(one!, "action")));

        Answer other = await SendAsync("POST", $"/{schedule.Id}/preview", """{"retention": {"keep_last": 2}}""");
        Assert.Equal(
            [("b2", "keep"), ("b1", "keep"), ("b0", "delete")],
            other.Json["backups"]!.AsArray().Select(one => (Text(one!, "id"), Text(one!, "action")))
        );
        Assert.Equal("no rule keeps it", (string?)other.Json["backups"]![2]!["reasons"]![0]);
        // Nothing has changed by asking.
        Assert.Equal(0, (int)(await SendAsync("GET", $"/{schedule.Id}")).Json["retention"]!["keep_last"]!);
    }

    [Fact]
    public async Task A_list_pages_and_filters()
    {
        Share[] shares = [await World.AddShareAsync(), await World.AddShareAsync()];
        foreach (Share share in shares)
        {
            await World.AddScheduleAsync(share);
            await World.AddScheduleAsync(share);
        }
        Answer first = await SendAsync("GET", "?limit=3");
        Assert.Equal(3, first.Json["schedules"]!.AsArray().Count);
        Answer second = await SendAsync(
            "GET",
            $"?limit=3&cursor={Uri.EscapeDataString(Text(first.Json, "next_cursor")!)}"
        );
        Assert.Single(second.Json["schedules"]!.AsArray());
        Assert.Null(Text(second.Json, "next_cursor"));
        Answer ofOne = await SendAsync("GET", $"?share_id={shares[0].Id}");
        Assert.Equal(2, ofOne.Json["schedules"]!.AsArray().Count);
        Assert.Empty((await SendAsync("GET", "", caller: "other")).Json["schedules"]!.AsArray());
        Assert.Equal(
            4,
            (await SendAsync("GET", "?all_projects=true", caller: "admin")).Json["schedules"]!.AsArray().Count
        );
        Assert.Equal(403, (await SendAsync("GET", "?all_projects=true")).Code);
    }

    private Task<Answer> SendAsync(string method, string path, string? body = null, string caller = "member") =>
        Host.SendAsync(method, $"/api/v1/schedules{path}", body, caller);
}
