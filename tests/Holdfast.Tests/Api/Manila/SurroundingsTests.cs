using System.Text.Json.Nodes;
using Holdfast.Core.Catalog;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Manila;

/// <summary>What Manila's clients ask for around shares: services, availability zones, replicas, extensions.</summary>
public sealed class SurroundingsTests : ManilaTests
{
    private const string Common = "binary host id state status updated_at zone";

    [Theory]
    [InlineData("/v2/os-services", "2.6", Common)]
    [InlineData("/v2/services", "2.7", Common)]
    [InlineData("/v2/services", "2.83", Common + " disabled_reason")]
    [InlineData("/v2/services", "2.86", Common + " disabled_reason ensuring")]
    public async Task A_service_has_its_keys_by_version(string path, string version, string keys)
    {
        await AddNodesAsync();
        Answer answer = await Host.SendAsync("GET", path, token: "admin", version: version);
        Assert.Equal(["services"], Keys(answer.Json));
        JsonArray services = answer.Json["services"]!.AsArray();
        Assert.Equal(6, services.Count);
        Assert.All(services, one => Assert.Equal(keys.Split(' ').Order(), Keys(one)));
        Assert.Equal(6, services.Select(one => one!["id"]!.GetValue<int>()).Distinct().Count());
    }

    [Theory]
    [InlineData("/v2/os-services", "2.7")]
    [InlineData("/v2/services", "2.6")]
    [InlineData("/v2/os-availability-zone", "2.7")]
    [InlineData("/v2/availability-zones", "2.6")]
    public async Task A_path_has_its_time(string path, string version) =>
        AssertFault(await Host.SendAsync("GET", path, token: "admin", version: version), 404, StockNotFound);

    [Theory]
    [InlineData(
        "",
        "n1/manila-data n1@holdfast/manila-share n1/manila-scheduler n2/manila-data "
            + "n2@holdfast/manila-share n2/manila-scheduler"
    )]
    [InlineData("binary=manila-data", "n1/manila-data n2/manila-data")]
    [InlineData("host=n1@holdfast", "n1@holdfast/manila-share")]
    [InlineData("state=up&binary=manila-share", "n1@holdfast/manila-share")]
    [InlineData("state=down&binary=manila-share", "n2@holdfast/manila-share")]
    [InlineData("zone=east&binary=manila-data", "n2/manila-data")]
    [InlineData("zone=nowhere", "")]
    [InlineData("status=enabled&host=n1&binary=manila-data&bogus=1", "n1/manila-data")]
    [InlineData("status=disabled", "")]
    [InlineData("status=bogus", "")]
    [InlineData("ensuring=False&host=n1&binary=manila-data", "n1/manila-data")]
    [InlineData("ensuring=true", "")]
    [InlineData("ensuring=bogus", "")]
    public async Task Services_are_found(string query, string expected)
    {
        await AddNodesAsync();
        Answer answer = await Host.SendAsync("GET", "/v2/services?" + query, token: "admin", version: "2.93");
        Assert.Equal(
            expected,
            string.Join(
                ' ',
                answer.Json["services"]!.AsArray().Select(one => $"{Text(one, "host")}/{Text(one, "binary")}")
            )
        );
    }

    [Fact]
    public async Task Ensuring_is_no_filter_before_2_93()
    {
        await AddNodesAsync();
        Answer answer = await Host.SendAsync("GET", "/v2/services?ensuring=true", token: "admin", version: "2.92");
        Assert.Equal(6, answer.Json["services"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("/v2/os-availability-zone", "2.0")]
    [InlineData("/v2/availability-zones", "2.7")]
    public async Task Zones_are_those_of_the_nodes(string path, string version)
    {
        await AddNodesAsync();
        JsonNode first = (await Host.SendAsync("GET", path, version: version)).Json;
        Assert.Equal(["availability_zones"], Keys(first));
        JsonArray zones = first["availability_zones"]!.AsArray();
        Assert.Equal(["east", "nova"], zones.Select(zone => Text(zone, "name")));
        Assert.All(zones, zone => Assert.Equal(["created_at", "id", "name", "updated_at"], Keys(zone)));
        Assert.All(zones, zone => Assert.True(Guid.TryParseExact(Text(zone, "id"), "D", out _)));
        Assert.NotEqual(Text(zones[0], "id"), Text(zones[1], "id"));
        // Ids stay.
        Assert.True(JsonNode.DeepEquals(first, (await Host.SendAsync("GET", path, version: version)).Json));
    }

    [Theory]
    [InlineData("2.10", "true", 404)]
    [InlineData("2.11", "true", 200)]
    [InlineData("2.11", null, 404)]
    [InlineData("2.55", null, 404)]
    [InlineData("2.55", "true", 200)]
    [InlineData("2.56", null, 200)]
    [InlineData("2.99", "true", 200)]
    public async Task Replicas_were_an_experiment(string version, string? experimental, int status)
    {
        foreach (string path in (string[])["/v2/share-replicas", "/v2/share-replicas/detail?share_id=x"])
        {
            Answer answer = await Host.SendAsync("GET", path, version: version, experimental: experimental);
            Assert.Equal(status, answer.Code);
            if (status == 200)
            {
                Assert.Equal("""{"share_replicas":[]}""", answer.Text);
            }
        }
    }

    [Fact]
    public async Task No_replica_and_no_extension_is_found()
    {
        AssertFault(await Host.SendAsync("GET", "/v2/share-replicas/x"), 404, "Replica x not found.");
        Assert.Equal("""{"extensions":[]}""", (await Host.SendAsync("GET", "/v2/extensions", version: "2.0")).Text);
        AssertFault(await Host.SendAsync("GET", "/v2/extensions/x"), 404, StockNotFound);
    }

    /// <summary>One that is there, and one that was not heard of for long.</summary>
    private Task AddNodesAsync() =>
        World.Catalog.WriteAsync(
            async session =>
            {
                foreach ((string node, string zone, DateTimeOffset seen) in Nodes)
                {
                    foreach (string role in (string[])["worker", "scheduler", "api"])
                    {
                        await session.Nodes.SeenAsync(
                            new NodeRole
                            {
                                Node = node,
                                Role = role,
                                AvailabilityZone = zone,
                                Roots = new TextList([]),
                                StartedAt = Rows.Start,
                                SeenAt = seen,
                            },
                            "process"
                        );
                    }
                }
            },
            CancellationToken.None
        );

    private static readonly (string Node, string Zone, DateTimeOffset Seen)[] Nodes =
    [
        ("n1", "nova", TimeProvider.System.GetUtcNow().AddMinutes(1)),
        ("n2", "east", Rows.Start),
    ];
}
