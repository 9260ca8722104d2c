using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Postgres;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests.Disasters;

/// <summary>A worker's host is gone for ever, with the disk of a share root that nobody else had.</summary>
public sealed class LostNodeTests : IAsyncLifetime
{
    private PostgresCloud shared = null!;

    public async ValueTask InitializeAsync() => shared = await PostgresCloud.StartAsync();

    public ValueTask DisposeAsync() => shared.DisposeAsync();

    [Fact]
    [Trait(Runbook.Section, "A node is lost, and its disk")]
    public async Task ItsSharesComeBackOnAnotherNodeFromTheirBackups()
    {
        await using HoldfastServer api = await StartAsync("api", "api,scheduler", "shares");
        using Tenant tenant = await Tenant.CreateAsync(api.Url, "tenant");
        Share share;
        string backup;
        await using (HoldfastServer lost = await StartAsync("lost", "worker", "shares"))
        {
            share = await tenant.CreateShareAsync();
            NastyTree.Build(share.Directory);
            Copy.Of(share.Directory, shared["expected"]);
            backup = await tenant.BackUpAsync(share);
            await lost.KillAsync();
        }
        Directory.Move(shared["shares"], shared["lost"]);
        string waiting = await tenant.StartBackupAsync(share);
        JsonNode? operation = null;
        await Eventually.HoldsAsync(
            "the backup to say what it waits for",
            async () =>
            {
                Reply found = await tenant.Session.GetAsync($"/api/v1/operations?backup_id={waiting}");
                operation = found["operations"][0]!;
                return operation["message"] is not null;
            }
        );
        Assert.StartsWith("Waiting for a node", operation!["message"]!.GetValue<string>(), StringComparison.Ordinal);

        string id = (await File.ReadAllTextAsync(shared["lost/.holdfast-root"])).Trim();
        await using HoldfastServer heir = await StartAsync("heir", "worker", "heir");
        await Eventually.HoldsAsync(
            "the log to say which root is missing",
            () => Task.FromResult(heir.Log.Contains($"echo {id} > {shared["heir"]}/.holdfast-root"))
        );
        Dictionary<string, string?> variables = new(VerbClient.AdminVariables(api))
        {
            ["root"] = shared["heir"],
            ["id"] = id,
            ["share"] = share.Id,
        };
        string told = await new Runbook(heir).RunAsync("A node is lost, and its disk", variables);
        Assert.Contains("Waiting for a node", told, StringComparison.Ordinal);
        Assert.Equal(
            new Dictionary<string, string> { [backup] = "available", [waiting] = "error" },
            await tenant.BackupStatesAsync()
        );
        string place = Path.Combine(shared["heir"], Path.GetFileName(share.Directory));
        TreeComparer.AssertEqual(shared["expected"], place, new TreeComparison { IgnoreSockets = true });
        await tenant.BackUpAsync(share);
    }

    private Task<HoldfastServer> StartAsync(string node, string roles, string root)
    {
        Directory.CreateDirectory(shared[root]);
        return shared.StartNodeAsync(
            node,
            ("HOLDFAST_ROLES", roles),
            ("HOLDFAST_SHARE_ROOTS", $"local={shared[root]}")
        );
    }
}
