using System.Diagnostics;
using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Browse;
using Holdfast.Engine.Files;
using Holdfast.Engine.Maintenance.Check;
using Holdfast.Engine.Maintenance.Forget;
using Holdfast.Engine.Maintenance.Prune;
using Holdfast.Engine.Restore;
using Holdfast.Engine.Snapshots;
using Holdfast.Objects.Memory;
using Holdfast.Testing.Objects;
using Holdfast.Testing.Remote;

namespace Holdfast.Bench;

/// <summary>
/// Every work of the engine over a store whose every request takes a fixed time: how many requests it makes, how many of
/// them at once, and how long it takes. The objects lie in memory, so that what is seen is the requests' time alone.
/// </summary>
internal sealed class RemoteBench : IAsyncDisposable
{
    private const string Password = "password";
    private const int FilesOfDirectory = 10;
    private const int ChangingBackups = 30;

    private readonly string place = Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(),
        $"holdfast-bench-{Environment.ProcessId}"
    );
    private readonly RemoteObjectStore store;
    private readonly TreeOfFiles files;
    private TimeSpan latency;
    private Repository repository = null!;
    private Snapshot latest = null!;

    private RemoteBench(int count)
    {
        store = new(new MemoryObjectStore(), (_, token) => Task.Delay(latency, TimeProvider.System, token));
        files = new TreeOfFiles(Path.Combine(place, "source"), count, FilesOfDirectory);
    }

    public static async Task RunAsync(TimeSpan latency, int count)
    {
        await using var bench = new RemoteBench(count);
        Console.WriteLine(
            $"{count} files in {bench.files.Directories} directories; {latency.TotalMilliseconds} ms a request"
        );
        Console.WriteLine(
            $"{"work", -34} {"seconds", 8} {"requests", 9} {"most at once", 13} {"MiB read", 9}  put read stat list delete"
        );
        await bench.RunAsync(latency);
    }

    public async ValueTask DisposeAsync()
    {
        await repository.DisposeAsync();
        Directory.Delete(place, recursive: true);
    }

    private async Task RunAsync(TimeSpan latency)
    {
        files.Make();
        repository = await Repository.InitAsync(store, Password, new RepositoryOptions(), default);
        this.latency = latency;
        await MeasureAsync("first backup", () => BackUpAsync(parent: null));

        this.latency = TimeSpan.Zero;
        for (int i = 0; i < ChangingBackups; i++)
        {
            files.Change(every: 97, first: i);
            await BackUpAsync(latest);
        }
        this.latency = latency;
        await MeasureAsync($"open ({ChangingBackups + 1} backups made)", OpenAsync);
        await MeasureAsync("load the index", () => repository.LoadIndexAsync(default));
        await MeasureAsync("list the snapshots", () => repository.ListSnapshotsAsync(default));
        await MeasureAsync("lock and release", LockAsync);
        await MeasureAsync("unchanged backup", () => BackUpAsync(latest));
        await MeasureAsync("browse all of a snapshot", BrowseAsync);
        string target = Path.Combine(place, "target");
        await MeasureAsync("restore, empty target", () => RestoreAsync(target));
        files.Damage(target, every: 101);
        await MeasureAsync("restore, 1 % differs", () => RestoreAsync(target));
        await MeasureAsync("check", () => CheckAsync(PackSubset.None));
        await MeasureAsync("check --read-data", () => CheckAsync(PackSubset.All));
        await MeasureAsync("forget 20 snapshots", ForgetAsync);
        await MeasureAsync("prune", PruneAsync);
    }

    private async Task MeasureAsync(string work, Func<Task> run)
    {
        store.Tally.Reset();
        long begin = Stopwatch.GetTimestamp();
        await run();
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        IReadOnlyList<StoreRequest> made = store.Tally.Requests;
        int Of(StoreCall call) => made.Count(request => request.Call == call);
        double read = made.Where(request => request.Call == StoreCall.Read).Sum(request => request.Bytes) / 1048576.0;
        Console.WriteLine(
            $"{work, -34} {seconds, 8:F2} {made.Count, 9} {store.Tally.MostInFlight, 13} {read, 9:F1}  "
                + $"{Of(StoreCall.Put) + Of(StoreCall.TryCreate)} {Of(StoreCall.Read)} {Of(StoreCall.Stat)} "
                + $"{Of(StoreCall.List)} {Of(StoreCall.Delete)}"
        );
    }

    private async Task OpenAsync()
    {
        await repository.DisposeAsync();
        repository = await Repository.OpenAsync(store, Password, new RepositoryOptions(), default);
    }

    private async Task LockAsync()
    {
        RepositoryLock held = await repository.LockAsync(exclusive: false, default);
        await held.DisposeAsync();
    }

    private async Task BackUpAsync(Snapshot? parent)
    {
        using var source = BackupSource.Single("source", DirectoryHandle.Open(files.Root));
        await using RepositoryLock held = await repository.LockAsync(exclusive: false, default);
        await repository.LoadIndexAsync(default);
        var request = new BackupRequest
        {
            Paths = source.Paths,
            Hostname = "bench",
            Parent = parent,
        };
        BackupReport report = await new TreeBackup(repository, source, request).RunAsync(held, default);
        latest = report.Snapshot;
    }

    private async Task BrowseAsync()
    {
        await foreach (BrowseEntry _ in new TreeBrowser(repository).WalkAsync(latest.Tree, [], default)) { }
    }

    private async Task RestoreAsync(string target)
    {
        Directory.CreateDirectory(target);
        RestoreSource source = await new TreeBrowser(repository).SourceAsync(
            latest,
            Encoding.UTF8.GetBytes("source"),
            default
        );
        await new TreeRestore(repository, source, target, new RestoreOptions()).RunAsync(default);
    }

    private async Task CheckAsync(PackSubset read)
    {
        var options = new CheckOptions { ReadData = read };
        CheckReport report = await CheckRun.RunAsync(repository, options, null, null, default);
        if (report.Findings.Count > 0)
        {
            throw new InvalidOperationException(report.Findings[0].Message);
        }
    }

    private async Task ForgetAsync()
    {
        IReadOnlyList<Snapshot> all = await repository.ListSnapshotsAsync(default);
        await ForgetPlan.Of(all.Take(20)).ExecuteAsync(repository, null, default);
    }

    private async Task PruneAsync()
    {
        await using RepositoryLock held = await repository.LockAsync(exclusive: true, default);
        PruneRun run = await PruneRun.PlanAsync(repository, new PruneOptions(), null, default);
        await run.ExecuteAsync(null, default);
    }
}
