using Holdfast.Testing.Files;
using Holdfast.Testing.Postgres;
using Holdfast.Testing.Processes;

namespace Holdfast.SystemTests.Server;

/// <summary>What nodes share: one PostgreSQL, one store, one root of shares, one of volumes, one master key.</summary>
public sealed class PostgresCloud : IAsyncDisposable
{
    private readonly TemporaryDirectory directory = new();

    private PostgresCloud(PostgresServer postgres, string connection) =>
        (Postgres, Connection) = (postgres, connection);

    public PostgresServer Postgres { get; }

    public string Connection { get; }

    public string MasterKey => directory["master.key"];

    public string Store => directory.Make("store");

    public static async Task<PostgresCloud> StartAsync()
    {
        PostgresServer postgres = await PostgresServer.StartAsync();
        return new PostgresCloud(postgres, await postgres.NewDatabaseAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await Postgres.DisposeAsync();
        directory.Dispose();
    }

    /// <summary>A path of the test's own, beside those of the nodes.</summary>
    public string this[string name] => directory[name];

    /// <summary>Starts a node of that name, with settings in place of or besides those that all have.</summary>
    public Task<HoldfastServer> StartNodeAsync(string node, params (string Name, string Value)[] more) =>
        StartNodeAsync(HoldfastServer.Command, node, more);

    /// <summary>The same of another program.</summary>
    public Task<HoldfastServer> StartNodeAsync(
        IReadOnlyList<string> command,
        string node,
        params (string Name, string Value)[] more
    )
    {
        Dictionary<string, string?> settings = new()
        {
            ["HOLDFAST_CATALOG"] = Connection,
            ["HOLDFAST_NODE"] = node,
            ["HOLDFAST_STORE"] = $"file:{Store}",
            ["HOLDFAST_SHARE_ROOTS"] = $"local={directory.Make("shares")}",
            ["HOLDFAST_VOLUME_ROOTS"] = $"local={directory.Make("volumes")}",
            ["HOLDFAST_MASTER_KEY_FILE"] = MasterKey,
            ["HOLDFAST_WORKERS__LEASE_SECONDS"] = "3",
        };
        foreach ((string name, string value) in more)
        {
            settings[name] = value;
        }
        return HoldfastServer.StartAsync(command, settings);
    }

    /// <summary>The project's repository, opened by restic with the password that the node gives out.</summary>
    public async Task<Restic> OpenRepositoryAsync(HoldfastServer node, Tenant tenant)
    {
        string password = await node.RunAsync("key", "export", "--project", tenant.ProjectId);
        return new Restic(Path.Combine(Store, tenant.ProjectId), password);
    }

    public async Task CheckAsync(HoldfastServer node, Tenant tenant)
    {
        using Restic restic = await OpenRepositoryAsync(node, tenant);
        await restic.CheckAsync();
    }
}
