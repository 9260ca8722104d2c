using System.Text.Json.Nodes;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Manila;

/// <summary>User messages: looked at, found and put away.</summary>
public sealed class MessagesTests : ManilaTests
{
    [Fact]
    public async Task A_message_has_these_keys_and_values()
    {
        Message message = await World.AddMessageAsync();
        Answer answer = await Host.SendAsync("GET", $"/v2/messages/{message.Id}", experimental: null);

        JsonNode expected = JsonNode.Parse(
            $$"""
            {
              "message": {
                "id": "{{message.Id}}", "project_id": "{{ApiHost.Project}}", "action_id": "002", "detail_id": "001",
                "message_level": "ERROR", "created_at": "2026-01-02T03:04:05.000000",
                "expires_at": "2026-02-01T03:04:05.000000", "request_id": "req-1",
                "links": [
                  {"rel": "self", "href": "{{ApiHost.PublicUrl}}/v2/messages/{{message.Id}}"},
                  {"rel": "bookmark", "href": "{{ApiHost.PublicUrl}}/messages/{{message.Id}}"}
                ],
                "resource_type": "SHARE_BACKUP", "resource_id": "{{message.ResourceId}}", "user_message": "create: why"
              }
            }
            """
        )!;
        Assert.True(JsonNode.DeepEquals(expected, answer.Json), answer.Text);
        JsonNode list = (await Host.SendAsync("GET", "/v2/messages")).Json;
        Assert.Equal(["messages"], Keys(list));
        Assert.True(JsonNode.DeepEquals(answer.Json["message"], Assert.Single(list["messages"]!.AsArray())));
    }

    [Theory]
    [InlineData("2.36", 404)]
    [InlineData("2.37", 200)]
    public async Task Messages_exist_from_2_37_on(string version, int status) =>
        Assert.Equal(status, (await Host.SendAsync("GET", "/v2/messages", version: version)).Code);

    [Theory]
    [InlineData("", "old new")]
    [InlineData("request_id=req-2", "new")]
    [InlineData("resource_type=SHARE", "new")]
    [InlineData("resource_id=r2", "new")]
    [InlineData("action_id=028", "new")]
    [InlineData("detail_id=902", "new")]
    [InlineData("message_level=ERROR", "old")]
    [InlineData("message_level=error", "")]
    [InlineData("created_since=2026-01-02T03:04:06Z", "new")]
    [InlineData("created_since=2026-01-02T04:04:06%2B01:00", "new")]
    [InlineData("created_before=2026-01-02T03:04:05", "old")]
    [InlineData("created_before=2026-01-02", "")]
    [InlineData("bogus=1&project_id=x", "old new")]
    [InlineData("sort_dir=desc", "new old")]
    [InlineData("sort_key=message_level&sort_dir=desc", "new old")]
    [InlineData("sort_key=expires_at", "old new")]
    [InlineData("limit=1", "old")]
    [InlineData("limit=0", "")]
    [InlineData("offset=1", "new")]
    public async Task Lists(string query, string expected)
    {
        await AddTwoAsync();
        string order = query.Contains("sort_dir", StringComparison.Ordinal) ? "" : "&sort_dir=asc";
        Assert.Equal(expected, await FoundAsync($"/v2/messages?{query}{order}"));
    }

    [Fact]
    public async Task The_newest_is_first()
    {
        await AddTwoAsync();
        Assert.Equal("new old", await FoundAsync("/v2/messages"));
    }

    [Fact]
    public async Task A_full_page_links_to_the_next()
    {
        await AddTwoAsync();
        JsonNode page = (await Host.SendAsync("GET", "/v2/messages?limit=1&message_level~=x")).Json;
        string next = page["messages_links"]![0]!["href"]!.GetValue<string>();
        Assert.StartsWith($"{ApiHost.PublicUrl}/v2/messages?limit=1&", next, StringComparison.Ordinal);
        Assert.Equal("old", await FoundAsync(next[ApiHost.PublicUrl.Length..]));
    }

    [Fact]
    public async Task Times_are_no_filters_before_2_52()
    {
        await AddTwoAsync();
        Assert.Equal("new old", await FoundAsync("/v2/messages?created_since=bogus", version: "2.51"));
        AssertFault(
            await Host.SendAsync("GET", "/v2/messages?created_since=bogus", version: "2.52"),
            400,
            "Invalid value specified for the query key: created_since"
        );
        AssertFault(
            await Host.SendAsync("GET", "/v2/messages?created_before="),
            400,
            "Invalid value specified for the query key: created_before"
        );
    }

    [Theory]
    [InlineData("limit=-1", "limit param must be positive")]
    [InlineData("limit=x", "limit param must be an integer")]
    [InlineData("offset=-1", "offset must be >= 0")]
    public async Task A_page_that_makes_no_sense_is_400(string query, string message) =>
        AssertFault(await Host.SendAsync("GET", "/v2/messages?" + query), 400, message);

    [Theory]
    [InlineData("sort_key=user_message")]
    [InlineData("sort_dir=sideways")]
    public async Task An_order_that_there_is_not_is_400(string query) =>
        Assert.Equal(400, (await Host.SendAsync("GET", "/v2/messages?" + query)).Code);

    [Fact]
    public async Task Another_projects_message_is_not_there_but_for_administrators()
    {
        Message hidden = await World.AddMessageAsync(message =>
            message with
            {
                ProjectId = ApiHost.OtherProject,
                RequestId = "req-hidden",
            }
        );
        string path = $"/v2/messages/{hidden.Id}";
        AssertFault(await Host.SendAsync("GET", path), 404, $"Message {hidden.Id} could not be found.");
        AssertFault(await Host.SendAsync("DELETE", path), 404, $"Message {hidden.Id} could not be found.");
        Assert.Equal("", await FoundAsync("/v2/messages?resource_id=" + hidden.ResourceId));
        // Nor does it say where a page begins.
        Message mine = await World.AddMessageAsync();
        Assert.Contains(mine.Id, (await Host.SendAsync("GET", "/v2/messages?marker=" + hidden.Id)).Text);

        Assert.Equal(200, (await Host.SendAsync("GET", path, token: "admin")).Code);
        Assert.Contains(hidden.Id, (await Host.SendAsync("GET", "/v2/messages", token: "admin")).Text);
    }

    [Fact]
    public async Task A_message_is_put_away()
    {
        Message message = await World.AddMessageAsync();
        Answer answer = await Host.SendAsync("DELETE", $"/v2/messages/{message.Id}");
        Assert.Equal((204, ""), (answer.Code, answer.Text));
        AssertFault(
            await Host.SendAsync("DELETE", $"/v2/messages/{message.Id}"),
            404,
            $"Message {message.Id} could not be found."
        );
    }

    private async Task AddTwoAsync()
    {
        await World.AddMessageAsync(message => message with { UserMessage = "old" });
        await World.AddMessageAsync(message =>
            message with
            {
                RequestId = "req-2",
                ActionId = MessageAction.RestoreBackup,
                DetailId = MessageDetail.LeftOut,
                MessageLevel = MessageLevel.Warning,
                ResourceType = MessageResource.Share,
                ResourceId = "r2",
                UserMessage = "new",
                CreatedAt = Rows.Start.AddSeconds(1),
                ExpiresAt = Rows.Start.AddDays(31),
            }
        );
    }

    private async Task<string> FoundAsync(string path, string version = "2.91") =>
        string.Join(
            ' ',
            (await Host.SendAsync("GET", path, version: version)).Json["messages"]!
                .AsArray()
                .Select(message => message!["user_message"]!.GetValue<string>())
        );
}
