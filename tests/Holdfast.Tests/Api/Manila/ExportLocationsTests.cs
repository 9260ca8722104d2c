using System.Text.Json.Nodes;
using Xunit;

namespace Holdfast.Tests.Api.Manila;

/// <summary>Where a share is mounted from.</summary>
public sealed class ExportLocationsTests : ManilaTests
{
    [Theory]
    [InlineData("member", "2.9", "id path")]
    [InlineData("member", "2.14", "id path preferred")]
    [InlineData("member", "2.87", "id metadata path preferred")]
    [InlineData("admin", "2.9", "id is_admin_only path share_instance_id")]
    [InlineData("admin", "2.99", "id is_admin_only metadata path preferred share_instance_id")]
    public async Task A_location_has_its_keys_by_version_and_times_when_shown(string token, string version, string keys)
    {
        string locations = $"/v2/shares/{await AdoptAsync()}/export_locations";

        Answer list = await Host.SendAsync("GET", locations, token: token, version: version);
        Assert.Equal(["export_locations"], Keys(list.Json));
        JsonNode location = Assert.Single(list.Json["export_locations"]!.AsArray())!;
        Assert.Equal(keys.Split(' '), Keys(location));

        Answer one = await Host.SendAsync("GET", $"{locations}/{location["id"]}", token: token, version: version);
        Assert.Equal(["export_location"], Keys(one.Json));
        Assert.Equal(
            keys.Split(' ').Append("created_at").Append("updated_at").Order(),
            Keys(one.Json["export_location"])
        );
    }

    [Fact]
    public async Task The_one_location_is_the_directory_on_its_node_under_a_stable_id()
    {
        string locations = $"/v2/shares/{await AdoptAsync()}/export_locations";

        JsonNode first = (await Host.SendAsync("GET", locations)).Json["export_locations"]![0]!;
        JsonNode second = (await Host.SendAsync("GET", locations)).Json["export_locations"]![0]!;

        Assert.Equal($"node1:{World.Root}/home", Text(first, "path"));
        Assert.True(first["preferred"]!.GetValue<bool>());
        Assert.Equal(first.ToJsonString(), second.ToJsonString());
    }

    [Fact]
    public async Task A_share_that_is_still_being_made_has_none()
    {
        Answer made = await Host.SendAsync("POST", "/v2/shares", """{"share":{"share_proto":"NFS","size":1}}""");

        Answer list = await Host.SendAsync("GET", $"/v2/shares/{made.Json["share"]!["id"]}/export_locations");

        Assert.Empty(list.Json["export_locations"]!.AsArray());
    }

    [Fact]
    public async Task What_is_not_there_or_not_the_callers_is_404()
    {
        string locations = $"/v2/shares/{await AdoptAsync()}/export_locations";

        AssertFault(await Host.SendAsync("GET", locations, version: "2.8"), 404, StockNotFound);
        AssertFault(await Host.SendAsync("GET", locations, token: "other"), 404, StockNotFound);
        AssertFault(await Host.SendAsync("GET", "/v2/shares/nope/export_locations"), 404, StockNotFound);
        AssertFault(await Host.SendAsync("GET", $"{locations}/nope"), 404, "Export location 'nope' not found.");
    }

    private async Task<string> AdoptAsync()
    {
        string path = World.MakeDirectory("home");
        Answer answer = await Host.SendAsync(
            "POST",
            "/v2/shares/manage",
            $$$"""{"share":{"protocol":"NFS","export_path":"{{{path}}}"}}""",
            "admin"
        );
        return Text(answer.Json["share"], "id")!;
    }
}
