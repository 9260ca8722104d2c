using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Network;
using Holdfast.Testing.Postgres;
using Holdfast.Testing.S3;

namespace Holdfast.SystemTests.Chaos;

/// <summary>
/// Two API nodes, which also schedule, and three workers on one PostgreSQL, one Ceph gateway and one small disk of shares.
/// Database and store have each a network of their own, in which each node has an address of theirs to itself.
/// </summary>
internal sealed class ChaosCloud : IAsyncDisposable
{
    private static readonly string[] Apis = ["api1", "api2"];
    private static readonly string[] Workers = ["worker1", "worker2", "worker3"];

    private readonly Stack<IAsyncDisposable> parts = new();
    private readonly List<ChaosNode> nodes = [];

    private ChaosCloud(Journal journal) => Journal = journal;

    public Journal Journal { get; }

    public TemporaryDirectory Scratch { get; } = new();

    public NetworkSpace DatabaseNetwork { get; private set; } = null!;

    public NetworkSpace StoreNetwork { get; private set; } = null!;

    public PostgresServer Database { get; private set; } = null!;

    public CephGateway Gateway { get; private set; } = null!;

    /// <summary>What the shares lie on.</summary>
    public LoopDisk Disk { get; private set; } = null!;

    /// <summary>The API nodes first.</summary>
    public IReadOnlyList<ChaosNode> Nodes => nodes;

    public IReadOnlyList<HoldfastServer> Doors => [.. nodes.Take(Apis.Length).Select(node => node.Server)];

    public static async Task<ChaosCloud> StartAsync(Journal journal)
    {
        ChaosCloud cloud = new(journal);
        try
        {
            await cloud.StartAsync();
            return cloud;
        }
        catch
        {
            await cloud.DisposeAsync();
            throw;
        }
    }

    /// <summary>The addresses at which the node of that number finds database and store.</summary>
    public (string Database, string Store) AddressesOf(int node) =>
        (DatabaseNetwork.Address(1 + node), StoreNetwork.Address(1 + node));

    public Task EveryNodeIsReadyAsync() => Task.WhenAll(Nodes.Select(node => node.ReadyAsync()));

    public async ValueTask DisposeAsync()
    {
        foreach (ChaosNode node in Nodes)
        {
            await node.DisposeAsync();
        }
        while (parts.TryPop(out IAsyncDisposable? part))
        {
            await part.DisposeAsync();
        }
        Scratch.Dispose();
    }

    private async Task StartAsync()
    {
        string[] names = [.. Apis, .. Workers];
        parts.Push(DatabaseNetwork = await NetworkSpace.MakeAsync(1 + names.Length));
        parts.Push(StoreNetwork = await NetworkSpace.MakeAsync(1 + names.Length));
        parts.Push(Database = await PostgresServer.StartAsync(DatabaseNetwork));
        parts.Push(Gateway = await CephGateway.StartAsync(StoreNetwork));
        parts.Push(Disk = await LoopDisk.XfsAsync("512M"));
        Directory.CreateDirectory(Disk["shares"]);
        string database = await Database.NewDatabaseAsync();
        S3Place store = await Gateway.Account.NewPlaceAsync();
        // Each has a minute to be ready, and not much of a small machine's processors when all start at once.
        foreach (string name in names)
        {
            nodes.Add(await StartAsync(name, nodes.Count, database, store));
        }
    }

    private Task<ChaosNode> StartAsync(string name, int number, string database, S3Place store)
    {
        (string ofDatabase, string ofStore) = AddressesOf(number);
        Dictionary<string, string?> settings = new()
        {
            ["HOLDFAST_NODE"] = name,
            ["HOLDFAST_ROLES"] = Apis.Contains(name) ? "api,scheduler" : "worker",
            // Of five nodes; the server takes a hundred.
            ["HOLDFAST_CATALOG"] = $"{PostgresServer.Through(database, ofDatabase)};Maximum Pool Size=12",
            ["HOLDFAST_SHARE_ROOTS"] = $"local={Disk["shares"]}",
            ["HOLDFAST_VOLUME_ROOTS"] = $"local={Scratch.Make("volumes")}",
            ["HOLDFAST_MASTER_KEY_FILE"] = Scratch["master.key"],
            // Cuts and frozen nodes are to be longer than a lease as often as not.
            ["HOLDFAST_WORKERS__LEASE_SECONDS"] = "6",
            ["HOLDFAST_WORKERS__POLL_SECONDS"] = "0.5",
            ["HOLDFAST_WORKERS__CONCURRENCY"] = "2",
        };
        return ChaosNode.StartAsync(name, store with { Account = Gateway.Through(ofStore) }, settings, Journal);
    }
}
