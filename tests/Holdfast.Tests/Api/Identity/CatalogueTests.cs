using System.Text.Json.Nodes;
using Xunit;

namespace Holdfast.Tests.Api.Identity;

public sealed class CatalogueTests : IdentityTests
{
    [Fact]
    public async Task Services_and_endpoints_are_read_and_filtered()
    {
        JsonArray services = (await Host.SendAsync(200, "GET", "services")).Json["services"]!.AsArray();
        Assert.Equal(5, services.Count);
        foreach (JsonNode? service in services)
        {
            string id = Text(service!["id"]);
            Answer shown = await Host.SendAsync(200, "GET", $"services/{id}");
            Assert.Equal(service.ToJsonString(), shown.Json["service"]!.ToJsonString());
            JsonArray endpoints = await EndpointsAsync($"?service_id={id}");
            Assert.Equal(3, endpoints.Count);
        }
        Assert.Single((await Host.SendAsync(200, "GET", "services?type=vbsv2")).Json["services"]!.AsArray());
        Assert.Equal(15, (await EndpointsAsync("")).Count);
        Assert.Equal(5, (await EndpointsAsync("?interface=public&region_id=RegionOne")).Count);
        Assert.Empty(await EndpointsAsync("?region_id=elsewhere"));
        JsonNode one = (await EndpointsAsync(""))[0]!;
        Answer endpoint = await Host.SendAsync(200, "GET", $"endpoints/{Text(one["id"])}");
        Assert.Equal(one.ToJsonString(), endpoint.Json["endpoint"]!.ToJsonString());
        await Host.SendAsync(404, "GET", "services/nothing");
        await Host.SendAsync(404, "GET", "endpoints/nothing");
    }

    [Fact]
    public async Task The_region_and_the_domain_are_for_everyone_with_a_token()
    {
        Answer regions = await Host.SendAsync("GET", "regions", token: Host.Reader);
        Assert.Equal("RegionOne", Text(Assert.Single(regions.Json["regions"]!.AsArray())!["id"]));
        Assert.Equal(200, (await Host.SendAsync("GET", "regions/RegionOne", token: Host.Reader)).Code);
        AssertError(await Host.SendAsync("GET", "regions/Elsewhere", token: Host.Reader), 404, "Not Found");
        Answer domain = await Host.SendAsync("GET", "domains/default", token: Host.Reader);
        Assert.Equal("Default", Text(domain.Json["domain"]!["name"]));
        AssertError(await Host.SendAsync("GET", "domains/Default", token: Host.Reader), 404, "Not Found");
    }

    [Fact]
    public async Task Domains_are_listed_by_name()
    {
        Assert.Equal(["Default"], Names(await Host.SendAsync(200, "GET", "domains"), "domains"));
        Assert.Equal(["Default"], Names(await Host.SendAsync(200, "GET", "domains?name=Default"), "domains"));
        Assert.Empty(Names(await Host.SendAsync(200, "GET", "domains?name=other"), "domains"));
        Assert.Empty(Names(await Host.SendAsync(200, "GET", "domains?enabled=false"), "domains"));
    }

    private async Task<JsonArray> EndpointsAsync(string query) =>
        (await Host.SendAsync(200, "GET", "endpoints" + query)).Json["endpoints"]!.AsArray();
}
