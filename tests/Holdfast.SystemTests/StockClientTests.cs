using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary>The distribution's own OpenStack client, unchanged.</summary>
public sealed class StockClientTests
{
    [Fact]
    public async Task LogsInAndMakesListsShowsAndDeletesAShare()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "stock");
        JsonNode token = await OpenStackAsync(server, tenant, "token", "issue");
        Assert.Equal(tenant.ProjectId, Text(token, "project_id"));

        JsonNode made = await OpenStackAsync(server, tenant, "share", "create", "NFS", "1", "--name", "mine", "--wait");
        string id = Text(made, "id");
        JsonNode listed = await OpenStackAsync(server, tenant, "share", "list");
        Assert.Equal([id], listed.AsArray().Select(row => Text(row!, "ID")));
        JsonNode shown = await OpenStackAsync(server, tenant, "share", "show", "mine");
        Assert.Equal("available", Text(shown, "status"));
        Assert.Contains(id, Text(shown, "export_locations"), StringComparison.Ordinal);

        await RunAsync(server, tenant, "share", "delete", "mine", "--wait");
        Assert.Empty((await OpenStackAsync(server, tenant, "share", "list")).AsArray());
    }

    [Fact]
    public async Task AWrongPasswordIsRefusedInTheClientsOwnWords()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        var environment = Environment(server, "admin", "not the password");
        ProcessResult result = await ChildProcess.RunAsync("/usr/bin/openstack", ["token", "issue"], environment);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("(HTTP 401)", result.Error, StringComparison.Ordinal);
    }

    private static async Task<JsonNode> OpenStackAsync(
        HoldfastServer server,
        Tenant tenant,
        params string[] arguments
    ) => JsonNode.Parse(await RunAsync(server, tenant, [.. arguments, "-f", "json"]))!;

    private static async Task<string> RunAsync(HoldfastServer server, Tenant tenant, params string[] arguments)
    {
        var environment = Environment(server, tenant.Name, tenant.Password);
        ProcessResult result = await ChildProcess.RunAsync("/usr/bin/openstack", arguments, environment);
        return result.Checked($"openstack {string.Join(' ', arguments)}").Output;
    }

    private static Dictionary<string, string?> Environment(HoldfastServer server, string name, string password) =>
        new()
        {
            ["OS_AUTH_URL"] = $"{server.Url}identity/v3",
            ["OS_IDENTITY_API_VERSION"] = "3",
            ["OS_USERNAME"] = name,
            ["OS_PASSWORD"] = password,
            ["OS_PROJECT_NAME"] = name,
            ["OS_USER_DOMAIN_ID"] = "default",
            ["OS_PROJECT_DOMAIN_ID"] = "default",
            ["OS_REGION_NAME"] = "RegionOne",
        };

    private static string Text(JsonNode node, string name) => node[name]!.ToString();
}
