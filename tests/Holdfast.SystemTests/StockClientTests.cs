using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Xunit;
using static Holdfast.SystemTests.Server.ClientOutput;

namespace Holdfast.SystemTests;

/// <summary>The distribution's own OpenStack client, unchanged.</summary>
public sealed class StockClientTests
{
    [Fact]
    public async Task LogsInAndMakesListsShowsAndDeletesAShare()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "stock");
        StockClient client = new(server, tenant.Name, tenant.Password);
        Assert.Equal(tenant.ProjectId, Text(await client.AskAsync("token", "issue"), "project_id"));

        JsonNode made = await client.AskAsync("share", "create", "NFS", "1", "--name", "mine", "--wait");
        string id = Text(made, "id");
        Assert.Equal([id], Column(await client.AskAsync("share", "list"), "ID"));
        JsonNode shown = await client.AskAsync("share", "show", "mine");
        Assert.Equal("available", Text(shown, "status"));
        Assert.Contains(id, Text(shown, "export_locations"), StringComparison.Ordinal);

        await client.RunAsync("share", "delete", "mine", "--wait");
        Assert.Empty((await client.AskAsync("share", "list")).AsArray());
    }

    [Fact]
    public async Task AWrongPasswordIsRefusedInTheClientsOwnWords()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        StockClient client = new(server, "admin", "not the password");
        Assert.Contains("(HTTP 401)", await client.FailAsync("token", "issue"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAdministratorManagesProjectsUsersAndRoles()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        StockClient admin = new(server, "admin", HoldfastServer.AdminPassword);
        JsonNode project = await admin.AskAsync("project", "create", "demo", "--description", "d");
        Assert.Equal(Text(project, "id"), Text(await admin.AskAsync("project", "show", "demo"), "id"));
        Assert.Equal(["admin", "demo"], Column(await admin.AskAsync("project", "list"), "Name"));

        JsonNode user = await admin.AskAsync("user", "create", "alice", "--password", "the first one");
        Assert.Equal(Text(user, "id"), Text(await admin.AskAsync("user", "show", "alice"), "id"));
        await admin.RunAsync("role", "add", "--project", "demo", "--user", "alice", "member");
        Assert.Equal(["admin", "member", "reader"], Column(await admin.AskAsync("role", "list"), "Name"));
        string[] assignments = ["role", "assignment", "list", "--names", "--project", "demo"];
        Assert.Equal(["member"], Column(await admin.AskAsync(assignments), "Role"));
        Assert.Equal(["alice@Default"], Column(await admin.AskAsync(assignments), "User"));

        Assert.Equal(5, (await admin.AskAsync("service", "list")).AsArray().Count);
        Assert.Equal(15, (await admin.AskAsync("endpoint", "list")).AsArray().Count);
        Assert.Equal(5, (await admin.AskAsync("catalog", "list")).AsArray().Count);

        await admin.RunAsync("role", "remove", "--project", "demo", "--user", "alice", "member");
        Assert.Empty((await admin.AskAsync(assignments)).AsArray());
        await admin.RunAsync("user", "delete", "alice");
        await admin.RunAsync("project", "delete", "demo");
        Assert.Equal(["admin"], Column(await admin.AskAsync("project", "list"), "Name"));
    }

    [Fact]
    public async Task AMemberSeesTheirOwnAndChangesTheirPassword()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "stock");
        StockClient client = new(server, tenant.Name, tenant.Password);
        Assert.Equal(["stock"], Column(await client.AskAsync("project", "list"), "Name"));
        Assert.Equal("stock", Text(await client.AskAsync("project", "show", "stock"), "name"));
        Assert.Contains("(HTTP 403)", await client.FailAsync("user", "list"), StringComparison.Ordinal);
        Assert.Contains("(HTTP 403)", await client.FailAsync("project", "create", "x"), StringComparison.Ordinal);

        const string next = "another one";
        string[] change = ["user", "password", "set", "--original-password", tenant.Password, "--password", next];
        await client.RunAsync(change);
        Assert.Contains("(HTTP 401)", await client.FailAsync("token", "issue"), StringComparison.Ordinal);
        await new StockClient(server, tenant.Name, next).RunAsync("token", "issue");
    }
}
