using System.Net;
using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary>
/// What OpenStack's own integration tests (manila-tempest-plugin: <c>test_backup.py</c>, <c>test_backup_negative.py</c> and
/// the fixture below them) send and assert, step by step. They see states that pass, so the server holds each for a while.
/// </summary>
public sealed class TempestTests : IAsyncLifetime
{
    private HoldfastServer server = null!;
    private OpenStackSession admin = null!;
    private Tenant tenant = null!;
    private string type = "";
    private string share = "";

    private OpenStackSession Primary => tenant.Session;

    /// <summary>The fixture: a type with booleans among its extra specs, and a share of it.</summary>
    public async ValueTask InitializeAsync()
    {
        server = await HoldfastServer.StartAsync(
            new Dictionary<string, string?> { ["HOLDFAST_WORKERS__GRACE_SECONDS"] = "2" }
        );
        admin = await OpenStackSession.SignInAsync(server.Url, "admin", HoldfastServer.AdminPassword, "admin");
        tenant = await Tenant.CreateAsync(server.Url, "primary");
        // tempest's default max_api_microversion.
        admin.Version = Primary.Version = "2.96";
        JsonNode made = await SendAsync(
            admin.PostAsync(
                "/v2/types",
                """
                {"share_type":{"name":"tempest-type","extra_specs":{"driver_handles_share_servers":"False",
                "snapshot_support":true,"mount_snapshot_support":true},"share_type_access:is_public":true}}
                """
            ),
            200
        );
        type = Text(made["share_type"], "id");
        Assert.Equal(type, Text(made["volume_type"], "id"));
        made = await SendAsync(
            Primary.PostAsync(
                "/v2/shares",
                $$$"""
                {"share":{"share_proto":"nfs","description":"d","snapshot_id":null,"name":"tempest-share","size":1,
                "metadata":{},"is_public":false,"share_type":"{{{type}}}"} }
                """
            ),
            200
        );
        share = Text(made["share"], "id");
        await WaitAsync($"/v2/shares/{share}", "share", "available");
    }

    /// <summary>The fixture's cleanup is a test too: all that was made can be taken away, and is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        if (share.Length > 0)
        {
            await CleanUpAsync();
        }
        tenant?.Dispose();
        admin?.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Create()
    {
        string id = await CreateBackupAsync();
        await WaitAsync($"/v2/share-backups/{id}", "share_backup", "available");
        JsonNode shown = (await SendAsync(Primary.GetAsync($"/v2/share-backups/{id}"), 200))["share_backup"]!;
        string[] keys =
        [
            "availability_zone",
            "backup_type",
            "created_at",
            "description",
            "id",
            "name",
            "progress",
            "restore_progress",
            "share_id",
            "size",
            "status",
            "updated_at",
        ];
        Assert.Equal(keys, shown.AsObject().Select(pair => pair.Key).Order(StringComparer.Ordinal));
        await DeleteBackupAsync(id);
    }

    [Fact]
    public async Task Restore()
    {
        string id = await MakeBackupAsync();
        JsonNode reply = await SendAsync(
            Primary.PostAsync($"/v2/share-backups/{id}/action", """{"restore":null}"""),
            202
        );
        Assert.Equal(share, Text(reply["restore"], "share_id"));
        await WaitAsync($"/v2/share-backups/{id}", "share_backup", "available");
        await WaitAsync($"/v2/shares/{share}", "share", "available");
        await DeleteBackupAsync(id);
    }

    [Fact]
    public async Task UpdateAndList()
    {
        string id = await MakeBackupAsync();
        await SendAsync(Primary.PutAsync($"/v2/share-backups/{id}", """{"share_backup":{"name":"new"}}"""), 200);
        JsonNode shown = await SendAsync(Primary.GetAsync($"/v2/share-backups/{id}"), 200);
        Assert.Equal("new", Text(shown["share_backup"], "name"));
        Assert.Single((await SendAsync(Primary.GetAsync("/v2/share-backups/detail"), 200)).AsObject());
        await DeleteBackupAsync(id);
    }

    [Fact]
    public async Task NotWhileABackupIsBeingMade()
    {
        string id = await CreateBackupAsync();
        await SendAsync(PostBackupAsync(), 400);
        await WaitAsync($"/v2/share-backups/{id}", "share_backup", "available");
        await DeleteBackupAsync(id);
    }

    [Fact]
    public async Task NotOfAShareInError()
    {
        await ResetAsync($"/v2/shares/{share}", "error");
        await SendAsync(PostBackupAsync(), 400);
        await ResetAsync($"/v2/shares/{share}", "available");
    }

    [Fact]
    public async Task NotWhenTheBackupOrItsShareIsNotAvailable()
    {
        string id = await MakeBackupAsync();
        string backup = $"/v2/share-backups/{id}";
        const string restore = """{"restore":null}""";
        await ResetAsync(backup, "creating");
        await SendAsync(Primary.DeleteAsync(backup), 400);
        await SendAsync(Primary.PostAsync($"{backup}/action", restore), 400);
        await ResetAsync(backup, "available");

        await ResetAsync($"/v2/shares/{share}", "error");
        await SendAsync(Primary.PostAsync($"{backup}/action", restore), 400);
        await ResetAsync($"/v2/shares/{share}", "available");
        await DeleteBackupAsync(id);
    }

    [Fact]
    public async Task NotOfAShareWithSnapshots()
    {
        JsonNode made = await SendAsync(
            Primary.PostAsync(
                "/v2/snapshots",
                $$$"""
                {"snapshot":{"name":"tempest-snapshot","force":false,"description":"d","share_id":"{{{share}}}","metadata":{} } }
                """
            ),
            202
        );
        string snapshot = $"/v2/snapshots/{Text(made["snapshot"], "id")}";
        await WaitAsync(snapshot, "snapshot", "available");
        await SendAsync(PostBackupAsync(), 400);

        await SendAsync(Primary.DeleteAsync(snapshot), 202);
        await GoneAsync(Primary, snapshot);
    }

    private async Task CleanUpAsync()
    {
        JsonNode replicas = await SendAsync(Primary.GetAsync($"/v2/share-replicas/detail?share_id={share}"), 200);
        Assert.Equal("""{"share_replicas":[]}""", replicas.ToJsonString());
        await SendAsync(Primary.DeleteAsync($"/v2/shares/{share}"), 202);
        await GoneAsync(Primary, $"/v2/shares/{share}");
        JsonNode left = await SendAsync(Primary.GetAsync($"/v2/shares?share_type_id={type}"), 200);
        Assert.Equal("""{"shares":[]}""", left.ToJsonString());
        await SendAsync(admin.DeleteAsync($"/v2/types/{type}"), 202);
        await GoneAsync(admin, $"/v2/types/{type}");
    }

    private async Task<string> MakeBackupAsync()
    {
        string id = await CreateBackupAsync();
        await WaitAsync($"/v2/share-backups/{id}", "share_backup", "available");
        await WaitAsync($"/v2/shares/{share}", "share", "available");
        return id;
    }

    private async Task<string> CreateBackupAsync() =>
        Text((await SendAsync(PostBackupAsync(), 202))["share_backup"], "id");

    private Task<Reply> PostBackupAsync() =>
        Primary.PostAsync(
            "/v2/share-backups",
            $$$"""
            {"share_backup":{"name":"tempest-backup","description":"d","share_id":"{{{share}}}",
            "backup_options":{"dummy":true} } }
            """
        );

    private async Task DeleteBackupAsync(string id)
    {
        await SendAsync(Primary.DeleteAsync($"/v2/share-backups/{id}"), 202);
        await GoneAsync(Primary, $"/v2/share-backups/{id}");
    }

    private Task<JsonNode> ResetAsync(string path, string status) =>
        SendAsync(admin.PostAsync($"{path}/action", $$$"""{"reset_status":{"status":"{{{status}}}"} }"""), 202);

    /// <summary>A status with <c>error</c> in it ends the wait, as in tempest.</summary>
    private Task WaitAsync(string path, string name, string wanted) =>
        Eventually.HoldsAsync(
            $"{path} to be {wanted}",
            async () =>
            {
                string status = Text((await SendAsync(Primary.GetAsync(path), 200))[name], "status");
                Assert.DoesNotContain("error", status, StringComparison.Ordinal);
                return status == wanted;
            },
            TimeSpan.FromMinutes(2)
        );

    private static Task GoneAsync(OpenStackSession session, string path) =>
        Eventually.HoldsAsync(
            $"{path} to be gone",
            async () => (await session.GetAsync(path)).Status == HttpStatusCode.NotFound,
            TimeSpan.FromMinutes(2)
        );

    /// <summary>tempest looks for the request's id in every answer.</summary>
    /// <returns>The body; an empty object where there is none.</returns>
    private static async Task<JsonNode> SendAsync(Task<Reply> sent, int status)
    {
        Reply reply = await sent;
        Assert.Equal((status, true), ((int)reply.Status, reply.Headers.Contains("x-compute-request-id")));
        return reply.Body ?? new JsonObject();
    }

    private static string Text(JsonNode? node, string name) => node![name]!.GetValue<string>();
}
