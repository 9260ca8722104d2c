using System.Text.Json.Nodes;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Services;
using Holdfast.Testing.Core;
using Holdfast.Tests.Api.Manila;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Holdfast.Tests.Api.Native;

public sealed class OperationsTests : ManilaTests
{
    private static readonly string[] Members =
    [
        "attempts",
        "backup_id",
        "bytes",
        "created_at",
        "done",
        "files",
        "finished_at",
        "id",
        "kind",
        "message",
        "percent",
        "phase",
        "project_id",
        "rate",
        "remaining_seconds",
        "share_id",
        "started_at",
        "status",
        "total",
        "volume_id",
    ];

    [Fact]
    public async Task An_operation_has_exactly_the_documented_members_and_a_node_for_administrators()
    {
        Operation operation = await World.AddOperationAsync(one =>
            one with
            {
                Status = OperationStatus.Running,
                Node = "node1",
                Attempts = 2,
                Done = 30,
                Total = 120,
                Phase = "reading files",
                Bytes = 3000,
                Files = 7,
                Message = "the store was away",
                StartedAt = one.CreatedAt.AddSeconds(1),
                ClaimedAt = one.CreatedAt.AddSeconds(1),
                UpdatedAt = one.CreatedAt.AddSeconds(11),
            }
        );
        Answer answer = await GetAsync($"/{operation.Id}");
        Assert.Equal("application/json", answer.Header("Content-Type"));
        Assert.Equal(Members, Keys(answer.Json));
        string[] toAdministrators = Keys((await GetAsync($"/{operation.Id}", "admin")).Json);
        Assert.Equal(Members.Append("node").Order(), toAdministrators);
        Assert.Equal(
            (operation.Id, "create_backup", "running", operation.BackupId, "the store was away"),
            (
                Text(answer.Json, "id"),
                Text(answer.Json, "kind"),
                Text(answer.Json, "status"),
                Text(answer.Json, "backup_id"),
                Text(answer.Json, "message")
            )
        );
        Assert.Equal((30, 120, 25, 2), (Number("done"), Number("total"), Number("percent"), Number("attempts")));
        Assert.Equal(
            ("reading files", 3000, 7, 300, 30),
            (Text(answer.Json, "phase"), Number("bytes"), Number("files"), Number("rate"), Number("remaining_seconds"))
        );
        Assert.Equal("2026-01-02T03:04:05.000000Z", Text(answer.Json, "created_at"));
        Assert.Equal("2026-01-02T03:04:06.000000Z", Text(answer.Json, "started_at"));
        Assert.Null(answer.Json["finished_at"]);

        long Number(string key) => answer.Json[key]!.GetValue<long>();
    }

    [Fact]
    public async Task Only_the_end_says_100_percent()
    {
        Operation running = await World.AddOperationAsync(one =>
            one with
            {
                Status = OperationStatus.Running,
                Done = 9,
                Total = 9,
            }
        );
        Operation done = await World.AddOperationAsync(one => one with { Status = OperationStatus.Succeeded });
        Assert.Equal(99, (await GetAsync($"/{running.Id}")).Json["percent"]!.GetValue<int>());
        Assert.Equal(100, (await GetAsync($"/{done.Id}")).Json["percent"]!.GetValue<int>());
    }

    [Fact]
    public async Task The_list_is_of_the_callers_project_newest_first_and_filters()
    {
        Operation first = await World.AddOperationAsync();
        Operation second = await World.AddOperationAsync(one =>
            one with
            {
                Kind = OperationKind.DeleteBackup,
                Status = OperationStatus.Failed,
                CreatedAt = one.CreatedAt.AddSeconds(1),
            }
        );
        Operation foreign = await World.AddOperationAsync(one => one with { ProjectId = ApiHost.OtherProject });
        Assert.Equal([second.Id, first.Id], await IdsAsync(""));
        Assert.Equal([foreign.Id], await IdsAsync("", "other"));
        Assert.Equal([second.Id], await IdsAsync("?status=failed"));
        Assert.Equal([first.Id], await IdsAsync("?kind=create_backup"));
        Assert.Equal([first.Id], await IdsAsync($"?share_id={first.ShareId}"));
        Assert.Equal([second.Id], await IdsAsync($"?backup_id={second.BackupId}"));
        Assert.Empty(await IdsAsync($"?backup_id={second.BackupId}&status=queued"));
        Assert.Empty(await IdsAsync($"?backup_id={foreign.BackupId}"));
        Assert.Equal([second.Id, first.Id], await IdsAsync("?all_projects=false"));
        string[] all = [first.Id, second.Id, foreign.Id];
        Assert.Equal(all.Order(), (await IdsAsync("?all_projects=true", "admin")).Order());
        AssertProblem(await GetAsync("?all_projects=true"), 403, Denied);
    }

    [Fact]
    public async Task A_cursor_goes_through_the_list_without_gap_or_overlap_also_past_what_is_gone()
    {
        List<string> ids = [];
        for (int n = 0; n < 7; n++)
        {
            // Some at one time: the id parts them.
            ids.Add(
                (await World.AddOperationAsync(one => one with { CreatedAt = one.CreatedAt.AddSeconds(n / 3) })).Id
            );
        }
        List<string> all = await IdsAsync("");
        Assert.Equal(ids.Order(), all.Order());

        List<string> seen = [];
        string? cursor = null;
        do
        {
            JsonNode page = (await GetAsync($"?limit=3{(cursor is null ? "" : $"&cursor={cursor}")}")).Json;
            List<string> rows = Ids(page);
            cursor = Text(page, "next_cursor");
            Assert.Equal(cursor is null ? 1 : 3, rows.Count);
            seen.AddRange(rows);
            await RemoveAsync(rows[^1]);
        } while (cursor is not null);
        Assert.Equal(all, seen);
    }

    [Theory]
    [InlineData("limit=0", "'limit' must be a number from 1 to 1000.")]
    [InlineData("limit=1001", "'limit' must be a number from 1 to 1000.")]
    [InlineData("limit=", "'limit' must be a number from 1 to 1000.")]
    [InlineData("cursor=", "'cursor' is not one that a list here has given.")]
    [InlineData("cursor=AAAA", "'cursor' is not one that a list here has given.")]
    [InlineData("cursor=__________8AYQ", "'cursor' is not one that a list here has given.")]
    [InlineData("status=Failed", "'status' must be one of queued, running, succeeded, failed, cancelled.")]
    [InlineData("all_projects=1", "'all_projects' must be true or false.")]
    [InlineData("kind=%ff", "The query string is not valid UTF-8 text.")]
    public async Task A_query_that_makes_no_sense_is_a_problem_that_says_why(string query, string why) =>
        AssertProblem(await GetAsync($"?{query}"), 400, why);

    [Fact]
    public async Task Cancelling_a_queued_operation_ends_it_and_frees_what_it_held()
    {
        Share share = await World.AddShareAsync();
        string body = $$$"""{"share_backup":{"share_id":"{{{share.Id}}}"}}""";
        string backup = Text((await Host.SendAsync("POST", "/v2/share-backups", body)).Json["share_backup"], "id")!;
        string id = Assert.Single(await IdsAsync($"?backup_id={backup}"));

        Answer answer = await CancelAsync(id);
        Assert.Equal((200, "cancelled"), (answer.Code, Text(answer.Json, "status")));
        Assert.Equal("Cancelled before it began.", Text(answer.Json, "message"));
        Assert.NotNull(answer.Json["finished_at"]);
        Assert.Equal(BackupStatus.Error, (await World.Catalog.BackupAsync(backup))!.Status);
        Assert.Equal(ShareStatus.Available, (await World.Catalog.ShareAsync(share.Id))!.Status);

        AssertProblem(await CancelAsync(id), 409, $"Operation {id} has ended; there is nothing to cancel.");
    }

    [Fact]
    public async Task Cancelling_a_running_operation_asks_its_worker_to_stop()
    {
        Operation added = await World.AddOperationAsync();
        OperationQueue queue = Host.Services.GetRequiredService<OperationQueue>();
        ClaimOffer offer = new("node1", ["local"], [added.Kind]);
        Operation claimed = (await queue.ClaimAsync(offer, CancellationToken.None))!;
        Answer answer = await CancelAsync(added.Id);
        Assert.Equal((202, "running"), (answer.Code, Text(answer.Json, "status")));
        Assert.Equal(Beat.CancelRequested, await queue.BeatAsync(claimed, CancellationToken.None));
    }

    [Fact]
    public async Task What_the_service_does_by_itself_is_an_administrators_to_cancel()
    {
        Operation export = await World.AddOperationAsync(one =>
            one with
            {
                Kind = OperationKind.ExportProject,
                UserId = "",
                BackupId = null,
                ShareId = null,
            }
        );
        AssertProblem(
            await CancelAsync(export.Id),
            403,
            "Only an administrator may cancel what the service does of its own accord."
        );
        Assert.Equal(200, (await CancelAsync(export.Id, "admin")).Code);
    }

    [Fact]
    public async Task What_an_administrator_asked_for_is_an_administrators_to_cancel()
    {
        Share share = await World.AddShareAsync();
        const string body = """{"force_delete":null}""";
        Assert.Equal(202, (await Host.SendAsync("POST", $"/v2/shares/{share.Id}/action", body, token: "admin")).Code);
        string id = Assert.Single(await IdsAsync($"?share_id={share.Id}"));
        AssertProblem(
            await CancelAsync(id),
            403,
            "Only an administrator may cancel what an administrator has asked for."
        );
        Assert.Equal(200, (await CancelAsync(id, "admin")).Code);
    }

    [Fact]
    public async Task The_share_of_another_project_is_an_administrators_to_know()
    {
        Operation restore = await World.AddOperationAsync(one =>
            one with
            {
                Kind = OperationKind.RestoreBackup,
                ForeignShare = true,
            }
        );
        Assert.Null(Text((await GetAsync($"/{restore.Id}")).Json, "share_id"));
        Assert.Equal(restore.ShareId, Text((await GetAsync($"/{restore.Id}", "admin")).Json, "share_id"));
        Assert.Empty(await IdsAsync($"?share_id={restore.ShareId}"));
        Assert.Single(await IdsAsync($"?share_id={restore.ShareId}&all_projects=true", "admin"));
    }

    [Fact]
    public async Task An_unknown_operation_is_a_problem_like_anothers()
    {
        AssertProblem(await GetAsync("/none"), 404, "No operation exists with ID none.");
        Operation foreign = await World.AddOperationAsync(one => one with { ProjectId = ApiHost.OtherProject });
        AssertProblem(await GetAsync($"/{foreign.Id}"), 404, $"No operation exists with ID {foreign.Id}.");
        AssertProblem(await CancelAsync(foreign.Id), 404, $"No operation exists with ID {foreign.Id}.");
        Assert.Equal(200, (await GetAsync($"/{foreign.Id}", "admin")).Code);
    }

    private Task<Answer> GetAsync(string tail, string token = "member") =>
        Host.SendAsync("GET", $"/api/v1/operations{tail}", token: token, version: null, experimental: null);

    private Task<Answer> CancelAsync(string id, string token = "member") =>
        Host.SendAsync("POST", $"/api/v1/operations/{id}/cancel", token: token, version: null, experimental: null);

    private async Task<List<string>> IdsAsync(string query, string token = "member") =>
        Ids((await GetAsync(query, token)).Json);

    private static List<string> Ids(JsonNode list) =>
        [.. list["operations"]!.AsArray().Select(row => Text(row, "id")!)];

    private Task<int> RemoveAsync(string id) =>
        World.Catalog.WriteAsync(
            session => session.ExecuteAsync("DELETE FROM operations WHERE id = @id", new { id }),
            CancellationToken.None
        );

    private static void AssertProblem(Answer answer, int status, string detail)
    {
        Assert.Equal((status, "application/problem+json"), (answer.Code, answer.Header("Content-Type")));
        Assert.Equal(["detail", "status", "title", "type"], Keys(answer.Json));
        Assert.Equal((status, detail), (answer.Json["status"]!.GetValue<int>(), Text(answer.Json, "detail")));
    }
}
