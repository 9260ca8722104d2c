using System.Net;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Postgres;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary>The service on PostgreSQL: one node, and two on one database, one store and one share root.</summary>
public sealed class PostgresTests : IAsyncLifetime
{
    private static readonly TreeComparison Whole = new() { IgnoreSockets = true };

    private readonly TemporaryDirectory shared = new();
    private PostgresServer postgres = null!;
    private string connection = "";

    public async ValueTask InitializeAsync()
    {
        postgres = await PostgresServer.StartAsync();
        connection = await postgres.NewDatabaseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await postgres.DisposeAsync();
        shared.Dispose();
    }

    [Fact]
    public async Task What_was_backed_up_comes_back_over_the_databases_death()
    {
        await using HoldfastServer server = await StartAsync("one");
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "tenant");
        Share share = await tenant.CreateShareAsync();
        NastyTree.Build(share.Directory);
        string original = shared["original"];
        Copy.Of(share.Directory, original);
        string backup = await tenant.BackUpAsync(share);

        await postgres.KillAsync();
        Reply away = await tenant.Session.GetAsync($"/v2/share-backups/{backup}");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, away.Status);
        Assert.NotNull(away.Headers.RetryAfter);
        await postgres.StartAgainAsync();

        Changes.Apply(share.Directory);
        await tenant.RestoreAsync(backup, share);
        TreeComparer.AssertEqual(original, share.Directory, Whole);
        await CheckAsync(server, tenant);
        Assert.DoesNotContain(PostgresServer.Password, server.Log, StringComparison.Ordinal);
        // The catalog is nowhere else.
        Assert.False(Directory.Exists(Path.Combine(server.DataDirectory, "catalog")));
    }

    [Fact]
    public async Task A_node_without_workers_wakes_another_that_has_them()
    {
        // Nobody looks by themselves before the test gives up.
        await using HoldfastServer worker = await StartAsync("works", ("HOLDFAST_WORKERS__POLL_SECONDS", "3600"));
        await using HoldfastServer api = await StartAsync("asks", ("HOLDFAST_ROLES", "api"));
        using Tenant tenant = await Tenant.CreateAsync(api.Url, "tenant");
        Share share = await tenant.CreateShareAsync();
        RawFiles.Write(Path.Combine(share.Directory, "file"), "before\n");

        string backup = await tenant.BackUpAsync(share);
        RawFiles.Write(Path.Combine(share.Directory, "file"), "after\n");
        await tenant.RestoreAsync(backup, share);

        Assert.Equal("before\n", await File.ReadAllTextAsync(Path.Combine(share.Directory, "file")));
    }

    [Fact]
    public async Task Nodes_that_start_at_once_on_an_empty_database_all_serve()
    {
        HoldfastServer[] nodes = await Task.WhenAll(Enumerable.Range(0, 3).Select(n => StartAsync($"n{n}")));
        try
        {
            foreach (HoldfastServer node in nodes)
            {
                using OpenStackSession admin = await OpenStackSession.SignInAsync(
                    node.Url,
                    "admin",
                    HoldfastServer.AdminPassword,
                    "admin"
                );
                Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/v2/shares")).Status);
            }
        }
        finally
        {
            foreach (HoldfastServer node in nodes)
            {
                await node.DisposeAsync();
            }
        }
    }

    private Task<HoldfastServer> StartAsync(string node, params (string Name, string Value)[] more)
    {
        Dictionary<string, string?> settings = new()
        {
            ["HOLDFAST_CATALOG"] = connection,
            ["HOLDFAST_NODE"] = node,
            ["HOLDFAST_STORE"] = $"file:{shared.Make("store")}",
            ["HOLDFAST_SHARE_ROOTS"] = $"local={shared.Make("shares")}",
            ["HOLDFAST_VOLUME_ROOTS"] = $"local={shared.Make("volumes")}",
            ["HOLDFAST_MASTER_KEY_FILE"] = shared["master.key"],
            ["HOLDFAST_WORKERS__LEASE_SECONDS"] = "3",
        };
        foreach ((string name, string value) in more)
        {
            settings[name] = value;
        }
        return HoldfastServer.StartAsync(settings);
    }

    private async Task CheckAsync(HoldfastServer server, Tenant tenant)
    {
        string password = await server.RunAsync("key", "export", "--project", tenant.ProjectId);
        using Restic restic = new(Path.Combine(shared["store"], tenant.ProjectId), password);
        await restic.CheckAsync();
    }
}
