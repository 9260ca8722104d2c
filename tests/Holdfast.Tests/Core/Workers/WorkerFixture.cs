using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Keys;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Scheduling;
using Holdfast.Core.Services;
using Holdfast.Core.Sources;
using Holdfast.Core.Workers;
using Holdfast.Engine;
using Holdfast.Engine.Snapshots;
using Holdfast.Objects.Local;
using Holdfast.Testing;
using Holdfast.Testing.Core;
using Holdfast.Testing.Files;
using Holdfast.Testing.Objects;
using Holdfast.Testing.Processes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Holdfast.Tests.Core.Workers;

/// <summary>
/// All of Core as a node wires it, on a real catalog, store and files, with a clock that the test moves and a worker that
/// works when told.
/// </summary>
internal sealed class WorkerFixture : IAsyncDisposable
{
    public static readonly Caller Member = CoreFixture.Member;

    private readonly ServiceProvider provider;

    private WorkerFixture(Func<CoreOptions, CoreOptions>? change)
    {
        Directory.Make("data");
        CoreOptions options = new()
        {
            DataDirectory = Directory["data"],
            Node = "node1",
            Roles = new HashSet<string> { "worker", "scheduler" },
            ShareRoots = [new NamedRoot("local", Directory.Make("shares"))],
            PublicUrl = "http://127.0.0.1:8786",
            ScratchDirectory = Directory["drills"],
        };
        Options = change?.Invoke(options) ?? options;
        Hold = new HoldingObjectStore(new LocalObjectStore(Directory.Make("store")));
        Store = new FaultyObjectStore(Hold);
        ServiceCollection services = new();
        services.AddLogging();
        services.AddHoldfastCore(Options);
        services.AddSingleton<TimeProvider>(Time);
        services.AddSingleton(new Roots(Options, new StoppedTime()));
        services.AddSingleton(new Repositories(Store));
        provider = services.BuildServiceProvider();
    }

    public static async Task<WorkerFixture> MakeAsync(Func<CoreOptions, CoreOptions>? change = null)
    {
        WorkerFixture made = new(change);
        await made.Get<CoreStartup>().PrepareAsync(default);
        return made;
    }

    public TemporaryDirectory Directory { get; } = new();
    public ManualTime Time { get; } = new(Rows.Start);
    public CoreOptions Options { get; }
    public FaultyObjectStore Store { get; }
    public HoldingObjectStore Hold { get; }
    public ICatalog Catalog => Get<ICatalog>();
    public BackupService Backups => Get<BackupService>();
    public SharingService Sharings => Get<SharingService>();
    public ShareService Shares => Get<ShareService>();
    public OperationQueue Queue => Get<OperationQueue>();

    public T Get<T>()
        where T : notnull => provider.GetRequiredService<T>();

    /// <summary>Works until nothing can be claimed now.</summary>
    public async Task DrainAsync()
    {
        while (await Get<WorkerService>().RunOneAsync(default)) { }
    }

    /// <summary>Claims the first operation, as a worker that will die.</summary>
    public Task<Operation> ClaimAsync() => ClaimAsync([.. Handlers.Select(one => one.Kind)]);

    /// <summary>Claims the first operation of these kinds, as a worker that will die.</summary>
    public async Task<Operation> ClaimAsync(params string[] kinds) =>
        (await Queue.ClaimAsync(new ClaimOffer("doomed", await Get<Roots>().UsableAsync(), kinds), default))!;

    /// <summary>Does the operation's work on a claim, whether that still holds or not.</summary>
    public Task WorkAsync(Operation claimed, CancellationToken cancellationToken = default) =>
        HandlerOf(claimed.Kind).RunAsync(new ClaimedOperation(claimed, Queue), cancellationToken);

    public IOperationHandler HandlerOf(string kind) => Handlers.Single(one => one.Kind == kind);

    /// <summary>The leases of all workers that are not heard of run out, and what they held is queued again.</summary>
    public async Task ExpireAsync()
    {
        Time.Advance(Options.Lease);
        await Queue.RecoverExpiredAsync(default);
    }

    public Task<IReadOnlyList<Operation>> QueuedAsync() => Catalog.QueuedAsync();

    public Task<IReadOnlyList<Operation>> LiveAsync(Backup backup) =>
        Catalog.ReadAsync(session => session.Operations.LiveOfBackupAsync(backup.Id), default);

    public async Task<Share> ShareAsync(string? name = null, Caller? owner = null)
    {
        NewShare request = new("NFS", 1, name, null, false, null, null, new Dictionary<string, string>());
        Share made = await Shares.CreateAsync(owner ?? Member, request, default);
        await DrainAsync();
        return (await Catalog.ShareAsync(made.Id))!;
    }

    public string PathOf(Share share) => Get<ShareRoots>().AbsolutePath(share.Root, share.Path);

    public async Task<Backup> CreateAsync(Share share) =>
        await Backups.CreateAsync(Member, new NewBackup(share.Id, "name", null, null, null), default);

    /// <summary>A finished backup of the share as it is.</summary>
    public async Task<Backup> BackUpAsync(Share share)
    {
        Backup made = await CreateAsync(share);
        await DrainAsync();
        Backup done = (await Catalog.BackupAsync(made.Id))!;
        Assert.Equal((BackupStatus.Available, null), (done.Status, done.FailReason));
        return done;
    }

    /// <summary>
    /// A backup whose worker lost its lease, lived on and committed to the repository; its closing transaction found its epoch over.
    /// </summary>
    public async Task<(Backup Made, Operation Lost)> BackUpTooLateAsync(Share share)
    {
        Backup made = await CreateAsync(share);
        Operation lost = await ClaimAsync();
        await ExpireAsync();
        await WorkAsync(lost);
        return (made, lost);
    }

    public async Task<IReadOnlyList<Snapshot>> SnapshotsAsync(string project = Rows.Project)
    {
        await using Repository repository = await OpenAsync(project);
        return await repository.ListSnapshotsAsync(default);
    }

    public async Task<Repository> OpenAsync(string project = Rows.Project)
    {
        string password = (await Get<Keyring>().FindAsync(project, default))!;
        return await Get<Repositories>().OpenAsync(project, password, new RepositoryOptions(), default);
    }

    /// <summary>Stock restic on the project's repository.</summary>
    public async Task<Restic> ResticAsync(string project = Rows.Project) =>
        new(Directory["store/" + project], (await Get<Keyring>().FindAsync(project, default))!);

    /// <summary>A worker of its own, on the same catalog, store and files.</summary>
    public WorkerService Workers(OperationQueue queue, CoreOptions options) =>
        new(
            Handlers,
            queue,
            Get<Roots>(),
            Get<WakeSignal>(),
            options,
            Time,
            NullLogger<WorkerService>.Instance,
            Get<Holdfast.Core.Telemetry.Instruments>()
        );

    private IEnumerable<IOperationHandler> Handlers => provider.GetServices<IOperationHandler>();

    public async ValueTask DisposeAsync()
    {
        await provider.DisposeAsync();
        Directory.Dispose();
    }
}
