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
    public async Task AnAdministratorOffersTypesAndATenantUsesThem()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "stock");
        StockClient admin = new(server, "admin", HoldfastServer.AdminPassword);
        StockClient client = new(server, tenant.Name, tenant.Password);
        string[] create = ["share", "type", "create", "gold", "false", "--description", "d", "--public", "false"];
        JsonNode gold = await admin.AskAsync([.. create, "--snapshot-support", "true", "--extra-specs", "tier=1"]);
        Assert.Contains("tier", Text(gold, "optional_extra_specs"), StringComparison.Ordinal);
        Assert.Contains(
            "(HTTP 403)",
            await client.FailAsync("share", "type", "create", "x", "false"),
            StringComparison.Ordinal
        );
        Assert.Equal(["default"], Column(await client.AskAsync("share", "type", "list"), "Name"));
        await client.FailAsync("share", "create", "NFS", "1", "--share-type", "gold");

        await admin.RunAsync("share", "type", "access", "create", "gold", tenant.ProjectId);
        JsonNode access = await admin.AskAsync("share", "type", "access", "list", "gold");
        Assert.Equal([tenant.ProjectId], Column(access, "Project ID"));
        Assert.Equal(["default", "gold"], Column(await client.AskAsync("share", "type", "list"), "Name").Order());
        await admin.RunAsync("share", "type", "set", "gold", "--name", "silver", "--extra-specs", "tier=2");
        await admin.RunAsync("share", "type", "unset", "silver", "snapshot_support");
        JsonNode silver = await admin.AskAsync("share", "type", "show", "silver");
        Assert.Contains("2", Text(silver, "optional_extra_specs"), StringComparison.Ordinal);
        Assert.DoesNotContain("snapshot_support", Text(silver, "optional_extra_specs"), StringComparison.Ordinal);

        await client.RunAsync("share", "create", "NFS", "1", "--share-type", "silver", "--name", "s", "--wait");
        // The client tells of the reason in its log alone.
        await admin.FailAsync("share", "type", "delete", "silver");
        await client.RunAsync("share", "delete", "s", "--wait");
        await admin.RunAsync("share", "type", "access", "delete", "silver", tenant.ProjectId);
        await admin.RunAsync("share", "type", "delete", "silver");
        Assert.Equal(["default"], Column(await admin.AskAsync("share", "type", "list", "--all"), "Name"));
    }

    [Fact]
    public async Task ATenantChangesResizesListsAndSoftDeletesAShare()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "stock");
        StockClient client = new(server, tenant.Name, tenant.Password);
        await client.RunAsync("share", "create", "NFS", "1", "--name", "a", "--property", "of=me", "--wait");
        await client.RunAsync("share", "create", "NFS", "1", "--name", "b", "--wait");

        await client.RunAsync("share", "set", "a", "--property", "more=x", "--name", "c", "--description", "d");
        await client.RunAsync("share", "unset", "c", "--property", "of", "--description");
        await client.RunAsync("share", "resize", "c", "3", "--wait");
        JsonNode shown = await client.AskAsync("share", "show", "c");
        Assert.Equal("3", Text(shown, "size"));
        Assert.Contains("more", Text(shown, "properties"), StringComparison.Ordinal);
        Assert.DoesNotContain("of", Text(shown, "properties"), StringComparison.Ordinal);
        await client.RunAsync("share", "resize", "c", "2", "--wait");
        Assert.Equal(["c"], Column(await client.AskAsync("share", "list", "--property", "more=x"), "Name"));
        Assert.Equal(["b"], Column(await client.AskAsync("share", "list", "--limit", "1"), "Name"));
        Assert.Equal(["b", "c"], Column(await client.AskAsync("share", "list", "--name~", "%"), "Name").Order());

        await client.RunAsync("share", "delete", "c", "--soft");
        Assert.Equal(["b"], Column(await client.AskAsync("share", "list"), "Name"));
        Assert.Equal(["c"], Column(await client.AskAsync("share", "list", "--soft-deleted"), "Name"));
        // Its restore takes no name.
        await client.RunAsync("share", "restore", Text(shown, "id"));
        Assert.Equal(["b", "c"], Column(await client.AskAsync("share", "list"), "Name").Order());
    }

    [Fact]
    public async Task MakesShowsChangesAndDeletesASnapshotOfAShare()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "stock");
        StockClient client = new(server, tenant.Name, tenant.Password);
        Share share = await tenant.CreateShareAsync();
        string[] create = ["share", "snapshot", "create", share.Id, "--name", "then", "--description", "d", "--wait"];
        string id = Text(await client.AskAsync(create), "id");
        Assert.Equal([id], Column(await client.AskAsync("share", "snapshot", "list"), "ID"));
        JsonNode shown = await client.AskAsync("share", "snapshot", "show", "then");
        Assert.Equal(
            ("available", share.Id, "d"),
            (Text(shown, "status"), Text(shown, "share_id"), Text(shown, "description"))
        );
        await client.RunAsync("share", "snapshot", "set", "then", "--name", "now");
        Assert.Equal(["now"], Column(await client.AskAsync("share", "snapshot", "list"), "Name"));
        // The distribution's client knows no backups.
        object backup = new { share_backup = new { share_id = share.Id } };
        Reply refused = await tenant.Session.PostAsync("/v2/share-backups", backup);
        Assert.Contains("while it has snapshots", refused.Text, StringComparison.Ordinal);

        await client.RunAsync("share", "snapshot", "delete", "now", "--wait");
        Assert.Empty((await client.AskAsync("share", "snapshot", "list")).AsArray());
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
