using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary><c>holdfast operation</c> against a running service, as a person or a script has it.</summary>
public sealed class OperationVerbTests
{
    // Backups wait so long that they can be cancelled.
    private static readonly Dictionary<string, string?> Slow = new() { ["HOLDFAST_WORKERS__GRACE_SECONDS"] = "3600" };

    [Fact]
    public async Task ABackupThatHasNotBegunIsListedShownAndCancelled()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync(Slow);
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "verbs");
        Share share = await tenant.CreateShareAsync();
        string backup = await tenant.StartBackupAsync(share);
        VerbClient client = Client(server, VerbClient.Variables(server, tenant));

        JsonNode listed = Assert.Single((await client.AskAsync("list", "--backup", backup)).AsArray())!;
        string id = Text(listed, "id");
        Assert.Equal(
            ("create_backup", "queued", share.Id),
            (Text(listed, "kind"), Text(listed, "status"), Text(listed, "share_id"))
        );
        Assert.Equal(2, (await client.AskAsync("list")).AsArray().Count);
        Assert.Single((await client.AskAsync("list", "--limit", "1")).AsArray());
        Assert.Empty((await client.AskAsync("list", "--status", "failed")).AsArray());
        Assert.Equal(listed.ToJsonString(), (await client.AskAsync("show", id)).ToJsonString());

        ProcessResult table = (await client.RunAsync("cancel", id, "--wait")).Checked("cancel");
        Assert.Contains("Cancelled before it began.", table.Output, StringComparison.Ordinal);
        Assert.Equal("", table.Error);
        Assert.Equal("error", Text(await tenant.ShowBackupAsync(backup), "status"));
        Assert.Equal("available", await tenant.ShareStatusAsync(share.Id));

        ProcessResult again = await client.RunAsync("cancel", id);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("has ended; there is nothing to cancel. (HTTP 409)", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WaitingStaysUntilTheEndAndWritesNoBarIntoAPipe()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "verbs");
        Share share = await tenant.CreateShareAsync();
        string backup = await tenant.StartBackupAsync(share);
        VerbClient client = Client(server, VerbClient.Variables(server, tenant));
        string id = Text((await client.AskAsync("list", "--backup", backup))[0]!, "id");

        ProcessResult waited = (await client.RunAsync("show", id, "--wait", "--json")).Checked("show");
        JsonNode ended = JsonNode.Parse(waited.Output)!;
        Assert.Equal(("succeeded", 100), (Text(ended, "status"), ended["percent"]!.GetValue<int>()));
        Assert.Equal("", waited.Error);
        Assert.Equal("available", Text(await tenant.ShowBackupAsync(backup), "status"));
    }

    [Fact]
    public async Task WaitingOutlastsAServiceThatIsAwayForAWhile()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync(Slow);
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "verbs");
        Share share = await tenant.CreateShareAsync();
        string backup = await tenant.StartBackupAsync(share);
        VerbClient client = Client(server, VerbClient.Variables(server, tenant));
        string id = Text((await client.AskAsync("list", "--backup", backup))[0]!, "id");

        Task<ProcessResult> waiting = client.RunAsync("show", id, "--wait", "--json");
        using HttpClient http = new() { BaseAddress = server.Url };
        const string shown =
            "_count{method=\"GET\",route=\"/api/v1/operations/{id}\",status=\"2xx\",surface=\"native\"} 2\n";
        await Eventually.HoldsAsync(
            "it to be asked about again",
            async () => (await http.GetStringAsync("/metrics")).Contains(shown, StringComparison.Ordinal)
        );
        await server.KillAsync();
        await server.StartAgainAsync();
        (await client.RunAsync("cancel", id)).Checked("cancel");

        Assert.Equal("cancelled", Text(JsonNode.Parse((await waiting).Output)!, "status"));
    }

    [Fact]
    public async Task ACloudOfCloudsYamlIsSignedInToWithItsPasswordFromSecureYaml()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "verbs");
        await tenant.CreateShareAsync();
        string directory = server.Scratch.Make("configuration");
        await File.WriteAllTextAsync(
            Path.Join(directory, "clouds.yaml"),
            $$"""
            clouds:
              lab:
                auth: {auth_url: "{{server.Url}}identity/v3", username: {{tenant.Name}}, project_name: {{tenant.Name}} }
                region_name: RegionOne
            """
        );
        await File.WriteAllTextAsync(
            Path.Join(directory, "secure.yaml"),
            $$"""
            clouds: {lab: {auth: {password: "{{tenant.Password}}" } } }
            """
        );
        // The files lie in the working directory, and nothing else says who signs in.
        VerbClient client = Client(server, [], directory);
        Assert.Single((await client.AskAsync("list", "--os-cloud", "lab")).AsArray());
    }

    [Fact]
    public async Task EachRefusalHasItsExitCodeAndNoneShowsAPassword()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync(Slow);
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "verbs");
        using Tenant stranger = await Tenant.CreateAsync(server.Url, "stranger");
        await stranger.CreateShareAsync();
        JsonNode foreign = await Client(server, VerbClient.Variables(server, stranger)).AskAsync("list");
        Dictionary<string, string?> right = VerbClient.Variables(server, tenant);

        await RefusedAsync(4, right, "show", Text(foreign[0]!, "id"));
        await RefusedAsync(4, right, "cancel", Text(foreign[0]!, "id"));
        await RefusedAsync(1, right, "list", "--all-projects");
        await RefusedAsync(1, right, "list", "--status", "unheard-of");
        await RefusedAsync(12, With("OS_PASSWORD", "not the secret"), "list");
        await RefusedAsync(12, With("OS_PROJECT_NAME", "stranger"), "list");
        await RefusedAsync(69, With("OS_AUTH_URL", $"http://127.0.0.1:{FreePort.Next()}"), "list");
        await RefusedAsync(1, With("OS_REGION_NAME", "Elsewhere"), "list");
        await RefusedAsync(1, With("OS_PASSWORD", null), "list");

        Dictionary<string, string?> With(string name, string? value) => new(right) { [name] = value };

        async Task RefusedAsync(int code, Dictionary<string, string?> variables, params string[] arguments)
        {
            ProcessResult result = await Client(server, variables).RunAsync(arguments);
            Assert.Equal((code, ""), (result.ExitCode, result.Output));
            Assert.StartsWith("holdfast: ", result.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", result.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("defect", result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ATokenSignsIn()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "verbs");
        await tenant.CreateShareAsync();
        Dictionary<string, string?> variables = new(VerbClient.Variables(server, tenant))
        {
            ["OS_TOKEN"] = tenant.Session.Token,
            ["OS_USERNAME"] = null,
            ["OS_PASSWORD"] = null,
        };
        Assert.Single((await Client(server, variables).AskAsync("list")).AsArray());
    }

    private static string Text(JsonNode row, string name) => row[name]!.GetValue<string>();

    private static VerbClient Client(
        HoldfastServer server,
        Dictionary<string, string?> variables,
        string? directory = null
    ) => new(server, "operation", variables, directory);
}
