using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary><c>holdfast volume</c> against a running service, by a member and by an administrator.</summary>
public sealed class VolumeVerbTests
{
    [Fact]
    public async Task AVolumeIsMadeListedShownAndDeleted()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "member");
        VerbClient client = Client(server, tenant);

        JsonNode made = await client.AskAsync("create", "--size", "2", "--name", "disk", "--wait");
        string id = Text(made, "id");
        Assert.Equal(("available", "disk"), (Text(made, "status"), Text(made, "name")));
        string image = Path.Join(server.DataDirectory, "volumes", id);
        Assert.Equal(2L << 30, new FileInfo(image).Length);
        Assert.Equal(id, Text(Assert.Single((await client.AskAsync("list", "--name", "disk")).AsArray())!, "id"));
        Assert.Empty((await client.AskAsync("list", "--status", "error")).AsArray());
        Assert.Contains("2 GiB", (await client.RunAsync("show", id)).Checked("show").Output, StringComparison.Ordinal);

        ProcessResult gone = (await client.RunAsync("delete", id, "--wait")).Checked("delete");
        Assert.Equal($"volume {id} is gone", gone.Output);
        Assert.False(File.Exists(image));
        Assert.Equal(4, (await client.RunAsync("show", id)).ExitCode);
    }

    [Fact]
    public async Task AnImageIsAddedForAProjectAndUnregisteredUntouched()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "member");
        VerbClient member = Client(server, tenant);
        VerbClient admin = new(
            server,
            "volume",
            new Dictionary<string, string?>(VerbClient.Variables(server, tenant))
            {
                ["OS_USERNAME"] = "admin",
                ["OS_PASSWORD"] = HoldfastServer.AdminPassword,
                ["OS_PROJECT_NAME"] = "admin",
            }
        );
        string image = Path.Join(server.DataDirectory, "volumes", "image.raw");
        await File.WriteAllTextAsync(image, "content");

        JsonNode added = await admin.AskAsync("add", image, "--project", tenant.ProjectId);
        string id = Text(added, "id");
        Assert.Equal(("image.raw", tenant.ProjectId), (Text(added, "path"), Text(added, "project_id")));
        JsonNode seen = await member.AskAsync("show", id);
        Assert.Null(seen["path"]);
        Assert.Single((await admin.AskAsync("list", "--all-projects")).AsArray());

        await RefusedAsync(1, member, "add", image, "--project", tenant.ProjectId);
        await RefusedAsync(1, admin, "add", image, "--project", tenant.ProjectId);
        await RefusedAsync(1, member, "delete", id);
        await RefusedAsync(1, member, "unregister", id);
        await RefusedAsync(1, member, "list", "--all-projects");
        await RefusedAsync(4, member, "create", "--backup", "nothing");
        Assert.Equal(1, (await member.RunAsync("create")).ExitCode);

        Assert.Equal(
            $"volume {id} is forgotten",
            (await admin.RunAsync("unregister", id)).Checked("unregister").Output
        );
        Assert.Equal("content", await File.ReadAllTextAsync(image));
        Assert.Equal(4, (await member.RunAsync("show", id)).ExitCode);

        static async Task RefusedAsync(int code, VerbClient who, params string[] arguments)
        {
            ProcessResult result = await who.RunAsync(arguments);
            Assert.Equal((code, ""), (result.ExitCode, result.Output));
            Assert.StartsWith("holdfast: ", result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AVolumeIsBackedUpRestoredAndMadeAgainFromItsBackup()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "member");
        VerbClient client = Client(server, tenant);
        string id = Text(await client.AskAsync("create", "--size", "1", "--wait"), "id");
        string image = Path.Join(server.DataDirectory, "volumes", id);
        await WriteAsync(image, "first");

        JsonNode made = await client.AskAsync("backup", id, "--name", "nightly", "--wait");
        Assert.Equal(("available", id), (Text(made, "status"), Text(made, "volume_id")));
        string backup = Text(made, "id");
        await WriteAsync(image, "later");
        JsonNode restored = await client.AskAsync("restore", id, "--backup", backup, "--wait");
        Assert.Equal(("available", backup), (Text(restored, "status"), Text(restored, "source_backup_id")));
        Assert.Equal("first", await ReadAsync(image));

        string copy = Text(await client.AskAsync("create", "--backup", backup, "--wait"), "id");
        Assert.Equal("first", await ReadAsync(Path.Join(server.DataDirectory, "volumes", copy)));
        ProcessResult refused = await client.RunAsync("delete", id);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("has 1 backup", refused.Error, StringComparison.Ordinal);
    }

    private static async Task WriteAsync(string image, string text)
    {
        await using FileStream file = File.OpenWrite(image);
        file.Position = 512 << 20;
        await file.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text));
    }

    private static async Task<string> ReadAsync(string image)
    {
        await using FileStream file = File.OpenRead(image);
        file.Position = 512 << 20;
        byte[] bytes = new byte[5];
        await file.ReadExactlyAsync(bytes);
        return System.Text.Encoding.ASCII.GetString(bytes);
    }

    private static VerbClient Client(HoldfastServer server, Tenant tenant) =>
        new(server, "volume", VerbClient.Variables(server, tenant));

    private static string Text(JsonNode node, string key) => node[key]!.GetValue<string>();
}
