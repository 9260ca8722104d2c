using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Manila;

/// <summary>The metadata of shares: set, replaced, looked at and deleted, item by item and all at once.</summary>
public sealed class ShareMetadataTests : ManilaTests
{
    [Theory]
    [InlineData("POST", "", """{"metadata":{"a":"1","key":"new"}}""", """{"metadata":{"key":"new","a":"1"}}""")]
    [InlineData("POST", "", """{"metadata":{}}""", """{"metadata":{"key":"value"}}""")]
    [InlineData("PUT", "", """{"metadata":{"a":"1"}}""", """{"metadata":{"a":"1"}}""")]
    [InlineData("PUT", "", """{"metadata":{}}""", """{"metadata":{}}""")]
    [InlineData("PUT", "/key", """{"metadata":{"key":"2"}}""", """{"metadata":{"key":"2"}}""")]
    [InlineData("POST", "/key", """{"meta":{"key":"3"}}""", """{"metadata":{"key":"3"}}""")]
    [InlineData("DELETE", "/key", null, """{"metadata":{}}""")]
    public async Task Changed(string method, string tail, string? body, string after)
    {
        Share share = await World.AddShareAsync();
        string path = $"/v2/shares/{share.Id}/metadata";

        Answer answer = await Host.SendAsync(method, path + tail, body);

        Assert.Equal(200, answer.Code);
        bool old = body?.Contains("\"meta\"", StringComparison.Ordinal) == true;
        Assert.Equal(method == "DELETE" ? "" : after.Replace("metadata", old ? "meta" : "metadata"), answer.Text);
        Assert.Equal(after, (await Host.SendAsync("GET", path)).Text);
    }

    [Fact]
    public async Task One_item_is_shown()
    {
        Share share = await World.AddShareAsync();
        string path = $"/v2/shares/{share.Id}/metadata";
        Assert.Equal("""{"meta":{"key":"value"}}""", (await Host.SendAsync("GET", $"{path}/key")).Text);
        foreach (string method in new[] { "GET", "DELETE" })
        {
            AssertFault(
                await Host.SendAsync(method, $"{path}/nope"),
                404,
                "MetadataItemNotFound: Metadata item is not found."
            );
        }
    }

    [Fact]
    public async Task A_key_may_end_in_json()
    {
        Share share = await World.AddShareAsync();
        string path = $"/v2/shares/{share.Id}/metadata";
        await Host.SendAsync("PUT", path, """{"metadata":{"a":"1","a.json":"2"}}""");
        Assert.Equal("""{"meta":{"a.json":"2"}}""", (await Host.SendAsync("GET", $"{path}/a.json")).Text);
        Assert.Equal(200, (await Host.SendAsync("DELETE", $"{path}/a.json")).Code);
        Assert.Equal("""{"metadata":{"a":"1"}}""", (await Host.SendAsync("GET", $"{path}.json")).Text);
    }

    [Fact]
    public async Task A_key_in_a_path_is_decoded_once()
    {
        Share share = await World.AddShareAsync();
        string path = $"/v2/shares/{share.Id}/metadata";
        await Host.SendAsync("POST", path, """{"metadata":{"100%41":"v","%00":"w"}}""");
        Assert.Equal("""{"meta":{"100%41":"v"}}""", (await Host.SendAsync("GET", $"{path}/100%2541")).Text);
        Assert.Equal("""{"meta":{"%00":"w"}}""", (await Host.SendAsync("GET", $"{path}/%2500")).Text);
    }

    [Theory]
    [InlineData("", null, "Malformed request body")]
    [InlineData("", "{}", "Malformed request body")]
    [InlineData("", """{"metadata":[]}""", "Malformed request body")]
    [InlineData("", """{"metadata":{"":"a"}}""", "Metadata property key is blank.")]
    [InlineData("", """{"metadata":{"a":""}}""", "Metadata property value is blank.")]
    [InlineData("", """{"metadata":{"a":null}}""", "Metadata property value is blank.")]
    [InlineData("", """{"metadata":{"a":{}}}""", "'metadata' must be text.")]
    [InlineData("", """{"metadata":{"a\u0000":"b"}}""", "Metadata property key contains a NUL character.")]
    [InlineData("/key", """{"metadata":{"a":"b"}}""", "Request body and URI mismatch")]
    [InlineData("/key", """{"metadata":{"a":"b","key":"c"}}""", "Request body contains too many items")]
    [InlineData("/key", """{"other":{"key":"c"}}""", "Malformed request body")]
    public async Task Refused(string tail, string? body, string message)
    {
        Share share = await World.AddShareAsync();
        foreach (string method in new[] { "POST", "PUT" })
        {
            Answer answer = await Host.SendAsync(method, $"/v2/shares/{share.Id}/metadata{tail}", body);
            string due = body is null ? answer.Fault?.Message ?? "" : message;
            AssertFault(answer, 400, due);
        }
        Assert.Equal(share.Metadata, (await World.Catalog.ShareAsync(share.Id))!.Metadata);
    }

    [Theory]
    [InlineData(255, 1023, null)]
    [InlineData(256, 1, "Metadata property key is greater than 255 characters.")]
    [InlineData(1, 1024, "Metadata property value is greater than 1023 characters.")]
    public async Task Keys_and_values_have_their_lengths(int key, int value, string? message)
    {
        Share share = await World.AddShareAsync();
        string pair = $"\"{new string('k', key)}\":\"{new string('v', value)}\"";
        Answer answer = await Host.SendAsync(
            "POST",
            $"/v2/shares/{share.Id}/metadata",
            $$$"""{"metadata":{{{{pair}}} } }"""
        );
        Assert.Equal(
            (message is null ? 200 : 400, message),
            (answer.Code, message is null ? null : answer.Fault?.Message)
        );
    }

    [Fact]
    public async Task A_share_has_at_most_256_items_however_they_come()
    {
        Share share = await World.AddShareAsync();
        string path = $"/v2/shares/{share.Id}/metadata";
        string Items(int from, int count) =>
            "{\"metadata\":{" + string.Join(',', Enumerable.Range(from, count).Select(n => $"\"k{n}\":\"v\"")) + "}}";
        Assert.Equal(200, (await Host.SendAsync("POST", path, Items(0, 200))).Code);
        Assert.Equal(200, (await Host.SendAsync("POST", path, Items(200, 55))).Code);
        AssertFault(
            await Host.SendAsync("POST", path, Items(255, 1)),
            400,
            "There are 257 metadata properties, more than 256."
        );
        Assert.Equal(200, (await Host.SendAsync("POST", path, Items(0, 200))).Code);
    }

    [Fact]
    public async Task A_public_shares_metadata_is_others_to_read_alone()
    {
        Share share = await World.AddShareAsync(isPublic: true);
        string path = $"/v2/shares/{share.Id}/metadata";
        Assert.Equal(200, (await Host.SendAsync("GET", path, token: "other")).Code);
        Assert.Equal(200, (await Host.SendAsync("GET", $"{path}/key", token: "other")).Code);
        AssertFault(await Host.SendAsync("POST", path, """{"metadata":{"a":"b"}}""", "other"), 403, Denied);
        AssertFault(await Host.SendAsync("PUT", path, """{"metadata":{}}""", "other"), 403, Denied);
        AssertFault(await Host.SendAsync("DELETE", $"{path}/key", token: "other"), 403, Denied);
        AssertFault(await Host.SendAsync("GET", "/v2/shares/nope/metadata"), 404, "Share not found.");
    }
}
