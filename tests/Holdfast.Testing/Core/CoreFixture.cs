using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Catalog.Sqlite;
using Holdfast.Core.Operations;
using Holdfast.Core.Services;
using Holdfast.Core.Sources;
using Holdfast.Testing.Files;

namespace Holdfast.Testing.Core;

/// <summary>The services on a real catalog in a temporary directory, with a clock that the test moves.</summary>
public sealed class CoreFixture : IAsyncDisposable
{
    public static readonly Caller Member = Of(Rows.Project, "member", "reader");
    public static readonly Caller Reader = Of(Rows.Project, "reader");
    public static readonly Caller Stranger = Of(Rows.Stranger, "member", "reader");
    public static readonly Caller Nobody = Of(Rows.Project);
    public static readonly Caller Admin = Of("0d0000000000000000000000000000dd", "admin", "member", "reader");

    /// <param name="catalog">An empty one, in place of the embedded one.</param>
    public CoreFixture(Func<CoreOptions, CoreOptions>? change = null, ICatalog? catalog = null)
    {
        CoreOptions options = new()
        {
            DataDirectory = Directory["data"],
            Node = "node1",
            Roles = new HashSet<string> { "api", "worker", "scheduler" },
            ShareRoots = [new NamedRoot("local", Directory.Make("shares"))],
            PublicUrl = "http://127.0.0.1:8786",
            ScratchDirectory = Directory["drills"],
            // Where they are the matter they are asked for.
            VerifyPeriod = TimeSpan.Zero,
            DrillEvery = TimeSpan.Zero,
        };
        Options = change?.Invoke(options) ?? options;
        Catalog = catalog ?? new SqliteCatalog(Path.Join(Options.DataDirectory, "catalog", "catalog.db"), Time);
        Places = new Roots(Options, new StoppedTime());
        Roots = new ShareRoots(Places);
        Queue = new OperationQueue(Catalog, Time, Options.Lease, Wake);
        Backups = new BackupService(Catalog, new Policy(), Options, Time, Wake);
        Sharings = new SharingService(Catalog, new Policy(), Time, Wake);
        Shares = new ShareService(Catalog, new Policy(), Options, Roots, Time, Wake);
        Adoption adoption = new(Places, Options);
        ManagedShares = new ManagedShareService(Catalog, new Policy(), Options, Roots, adoption, Time, Wake);
        ShareStates = new ShareStateService(Catalog, new Policy(), Time, Wake);
        RecycleBin = new RecycleBinService(Catalog, new Policy(), Time, Wake);
        ShareTypes = new ShareTypeService(Catalog, new Policy(), Time);
        ExtraSpecs = new ExtraSpecService(Catalog, new Policy());
    }

    public TemporaryDirectory Directory { get; } = new();
    public ManualTime Time { get; } = new(Rows.Start);
    public CoreOptions Options { get; }
    public ICatalog Catalog { get; }
    public Roots Places { get; }
    public ShareRoots Roots { get; }
    public WakeSignal Wake { get; } = new();
    public OperationQueue Queue { get; }
    public BackupService Backups { get; }
    public SharingService Sharings { get; }
    public ShareService Shares { get; }
    public ManagedShareService ManagedShares { get; }
    public ShareStateService ShareStates { get; }
    public RecycleBinService RecycleBin { get; }
    public ShareTypeService ShareTypes { get; }
    public ExtraSpecService ExtraSpecs { get; }

    /// <summary>A migrated catalog with the default type and the shares.</summary>
    public static Task<CoreFixture> MakeAsync(params Holdfast.Core.Model.Share[] shares) => MakeAsync(null, shares);

    /// <inheritdoc cref="MakeAsync(Holdfast.Core.Model.Share[])"/>
    public static async Task<CoreFixture> MakeAsync(ICatalog? catalog, params Holdfast.Core.Model.Share[] shares)
    {
        CoreFixture core = new(catalog: catalog);
        await core.Catalog.MigrateAsync(CancellationToken.None);
        await core.Catalog.AddSharesAsync(shares);
        await new KnownRoots(core.Catalog, core.Places).LearnAsync(CancellationToken.None);
        return core;
    }

    public static Caller Of(string project, params string[] roles) =>
        new(project, "user", roles.ToHashSet(StringComparer.Ordinal), "req-1");

    /// <summary>Operations that wait for a worker.</summary>
    public Task<IReadOnlyList<Holdfast.Core.Model.Operation>> QueuedAsync() => Catalog.QueuedAsync();

    /// <summary>Claims whatever is first.</summary>
    public Task<Holdfast.Core.Model.Operation?> ClaimAsync(string node = "node1", params string[] roots) =>
        Queue.ClaimAsync(new ClaimOffer(node, roots is [] ? ["local"] : roots, AllKinds), CancellationToken.None);

    private static readonly string[] AllKinds =
    [
        "create_backup",
        "restore_backup",
        "delete_backup",
        "create_share",
        "delete_share",
        "create_snapshot",
        "delete_snapshot",
        "export_project",
        "prune",
        "reap",
    ];

    public async ValueTask DisposeAsync()
    {
        await Catalog.DisposeAsync();
        Directory.Dispose();
    }
}
