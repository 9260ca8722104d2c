using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary><c>holdfast share</c> against a running service, by a member and by an administrator.</summary>
public sealed class ShareVerbTests
{
    [Fact]
    public async Task AShareIsMadeListedShownAndDeleted()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "member");
        using Tenant other = await Tenant.CreateAsync(server.Url, "other");
        VerbClient client = new(server, "share", VerbClient.Variables(server, tenant));
        VerbClient stranger = new(server, "share", VerbClient.Variables(server, other));
        VerbClient admin = new(server, "share", VerbClient.AdminVariables(server));

        JsonNode made = await client.AskAsync("create", "--size", "2", "--name", "home", "--wait");
        string id = Text(made, "id");
        Assert.Equal(
            ("available", "home", tenant.ProjectId),
            (Text(made, "status"), Text(made, "name"), Text(made, "project_id"))
        );
        string path = Text(made, "export_location");
        path = path[(path.IndexOf(':', StringComparison.Ordinal) + 1)..];
        Assert.True(Directory.Exists(path));
        Assert.EndsWith("Z", Text(made, "created_at"), StringComparison.Ordinal);

        Assert.Equal(id, Text(Assert.Single((await client.AskAsync("list", "--name", "home")).AsArray())!, "id"));
        Assert.Empty((await client.AskAsync("list", "--status", "error")).AsArray());
        Assert.Empty((await stranger.AskAsync("list")).AsArray());
        Assert.Single((await admin.AskAsync("list", "--all-projects")).AsArray());
        Assert.Contains("2 GiB", (await client.RunAsync("show", id)).Checked("show").Output, StringComparison.Ordinal);
        Assert.Contains("1 share", (await client.RunAsync("list")).Checked("list").Output, StringComparison.Ordinal);
        await RefusedAsync(4, stranger, "show", id);
        await RefusedAsync(4, stranger, "delete", id);
        await RefusedAsync(1, client, "create", "--protocol", "nothing");

        Assert.Equal($"share {id} is gone", (await client.RunAsync("delete", id, "--wait")).Checked("delete").Output);
        Assert.False(Directory.Exists(path));
        await RefusedAsync(4, client, "show", id);
    }

    private static async Task RefusedAsync(int code, VerbClient who, params string[] arguments)
    {
        ProcessResult result = await who.RunAsync(arguments);
        Assert.Equal((code, ""), (result.ExitCode, result.Output));
        Assert.StartsWith("holdfast: ", result.Error, StringComparison.Ordinal);
    }

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();
}
