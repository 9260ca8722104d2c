using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Browse;
using Holdfast.Engine.Maintenance;
using Holdfast.Engine.Maintenance.Check;
using Holdfast.Engine.Maintenance.Prune;
using Holdfast.Engine.Restore;
using Holdfast.Engine.Snapshots;
using Holdfast.Objects.Local;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Holdfast.Tests.Engine.Maintenance;
using Xunit;

namespace Holdfast.Tests.Engine.Histories;

/// <summary>
/// One repository, one directory that changes, and a seeded order of backup, restore, forget and prune, by this engine and by
/// stock restic, in which two thirds of our runs may die at a random request to the store. A copy of the directory is kept for each
/// snapshot. Whether a run that died has committed is asked of the repository, as its successor would.
/// </summary>
internal sealed class History : IAsyncDisposable
{
    private const string Password = "a password for histories";

    /// <summary>More snapshots than these make a history slow and say no more.</summary>
    private const int MostKept = 5;

    private static readonly TreeComparison Whole = new() { IgnoreSockets = true };

    private readonly TemporaryDirectory directory = new();
    private readonly Random random;
    private readonly RandomFiles files;
    private readonly Restic restic;
    private readonly Dictionary<Id, string> kept = [];
    private readonly HashSet<string> dead = [];
    private readonly List<string> log = [];
    private readonly RepositoryOptions options;
    private Repository warm = null!;
    private int lives;
    private int copies;

    private History(int seed)
    {
        random = new Random(seed);
        Source = directory.Make("source");
        Target = directory.Make("target");
        files = new RandomFiles(Source, random);
        restic = new Restic(Location, Password);
        options = new RepositoryOptions
        {
            PackSize = 128 * 1024 << random.Next(8),
            CompressionLevel = random.Next(4),
            VerifyWrites = random.Next(2) == 0,
            Workers = random.Next(1, 4),
            LockUsername = "the living",
            IsOver = held => Task.FromResult(dead.Contains(held.Username)),
            Time = new HurriedTime(),
        };
    }

    private string Source { get; }
    private string Target { get; }
    private string Location => directory["repository"];

    /// <exception cref="InvalidOperationException">Something was not as it must be; it has the seed, and what was done.</exception>
    public static async Task RunAsync(int seed, int steps)
    {
        await using var history = new History(seed);
        try
        {
            await history.BeginAsync();
            for (int step = 0; step < steps; step++)
            {
                await history.StepAsync();
            }
            await history.EndAsync();
        }
        catch (Exception error)
        {
            string done = string.Join(", ", history.log);
            throw new InvalidOperationException($"The history of seed {seed} went wrong after: {done}.", error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (warm is not null)
        {
            await warm.DisposeAsync();
        }
        restic.Dispose();
        directory.Dispose();
    }

    private async Task BeginAsync()
    {
        bool theirs = random.Next(3) == 0;
        log.Add(theirs ? "restic init" : "init");
        if (theirs)
        {
            await restic.InitAsync();
        }
        var store = new LocalObjectStore(Location);
        warm = theirs
            ? await Repository.OpenAsync(store, Password, options, default)
            : await Repository.InitAsync(store, Password, options, default);
        await BackUpAsync();
    }

    private Task StepAsync() =>
        random.Next(kept.Count > MostKept ? 8 : 14) switch
        {
            0 or 1 => ForgetAsync(),
            2 => ForgetByResticAsync(),
            3 or 4 or 5 => PruneAsync(),
            6 => PruneByResticAsync(),
            7 or 8 or 9 => RestoreAsync(),
            10 => BackUpByResticAsync(),
            _ => BackUpAsync(),
        };

    private async Task EndAsync()
    {
        log.Add("the end");
        Dictionary<Id, string> all = new(kept);
        foreach ((Id snapshot, string copy) in all)
        {
            await RestoreAsync(warm, snapshot);
            TreeComparer.AssertEqual(copy, Target, Whole);
        }
        RequireSound(await SampleRepository.CheckAsync(warm));
        await PruneAsync(warm, new PruneOptions { MaxUnused = UnusedLimit.OfBytes(0) });
        Assert.Empty((await SampleRepository.CheckAsync(warm)).Findings);
        await BuryAsync();
        await restic.CheckAsync();
        foreach ((Id snapshot, string copy) in all)
        {
            string target = directory.Make($"by-restic-{snapshot}");
            await restic.RestoreAsync($"{snapshot}:{Source}", target);
            TreeComparer.AssertEqual(copy, target, Whole with { IgnoreRoot = true });
        }
    }

    private async Task BackUpAsync()
    {
        Change();
        string copy = CopySource();
        IReadOnlyList<Snapshot> snapshots = await warm.ListSnapshotsAsync(default);
        Snapshot? parent = random.Next(4) == 0 ? null : snapshots.ElementAtOrDefault(random.Next(snapshots.Count + 1));
        bool lived = await LiveAsync("back up", requests: 80, repository => BackUpAsync(repository, parent));
        await AdoptAsync(copy, mustBe: lived);
    }

    private async Task BackUpAsync(Repository repository, Snapshot? parent)
    {
        await using RepositoryLock held = await repository.LockAsync(exclusive: false, default);
        await repository.LoadIndexAsync(default);
        using BackupSource source = BackupSource.FromPaths([Source]);
        var request = new BackupRequest
        {
            Paths = source.Paths,
            Hostname = "history",
            Parent = parent,
        };
        BackupReport report = await new TreeBackup(repository, source, request).RunAsync(held, default);
        Assert.Equal(0, report.ItemErrors);
    }

    private async Task BackUpByResticAsync()
    {
        Change();
        string copy = CopySource();
        log.Add("restic backup");
        await BuryAsync();
        await restic.BackupAsync(Source);
        await AdoptAsync(copy, mustBe: true);
    }

    private async Task RestoreAsync()
    {
        if (kept.Count == 0)
        {
            return;
        }
        (Id snapshot, string copy) = kept.ElementAt(random.Next(kept.Count));
        if (random.Next(2) == 0)
        {
            _ = Changes.Apply(Target, random.Next());
        }
        if (!await LiveAsync("restore", requests: 60, repository => RestoreAsync(repository, snapshot)))
        {
            log.Add("restore again");
            await RestoreAsync(warm, snapshot);
        }
        TreeComparer.AssertEqual(copy, Target, Whole);
    }

    private async Task RestoreAsync(Repository repository, Id snapshot)
    {
        await using RepositoryLock held = await repository.LockAsync(exclusive: false, default);
        await repository.LoadIndexAsync(default);
        Snapshot loaded = await repository.LoadSnapshotAsync(snapshot, default);
        byte[] path = Encoding.UTF8.GetBytes(Source);
        RestoreSource source = await new TreeBrowser(repository).SourceAsync(loaded, path, default);
        var how = new RestoreOptions { ReadUnchanged = random.Next(2) == 0, Verify = random.Next(2) == 0 };
        await new TreeRestore(repository, source, Target, how).RunAsync(default);
    }

    private async Task ForgetAsync()
    {
        if (kept.Count > 1)
        {
            Id snapshot = kept.Keys.ElementAt(random.Next(kept.Count));
            _ = await LiveAsync(
                "forget",
                requests: 12,
                async repository =>
                {
                    await using RepositoryLock held = await repository.LockAsync(exclusive: true, default);
                    await repository.DeleteSnapshotAsync(snapshot, default);
                }
            );
            await DropForgottenAsync();
        }
    }

    private async Task ForgetByResticAsync()
    {
        if (kept.Count > 1)
        {
            log.Add("restic forget");
            await BuryAsync();
            await restic.RunAsync("forget", kept.Keys.ElementAt(random.Next(kept.Count)).ToString());
            await DropForgottenAsync();
        }
    }

    private async Task PruneAsync()
    {
        var how = new PruneOptions
        {
            MaxUnused = random.Next(3) == 0 ? UnusedLimit.Default : UnusedLimit.OfBytes(random.Next(2) * 100_000),
            MaxRepackBytes = random.Next(3) == 0 ? 200_000 : long.MaxValue,
        };
        if (!await LiveAsync("prune", requests: 120, repository => PruneAsync(repository, how)))
        {
            RequireSound(await CheckRun.RunAsync(warm, new CheckOptions(), null, null, default));
        }
    }

    private static async Task PruneAsync(Repository repository, PruneOptions how)
    {
        PruneRun run;
        await using (await repository.LockAsync(exclusive: false, default))
        {
            run = await PruneRun.PlanAsync(repository, how, null, default);
        }
        await using RepositoryLock held = await repository.LockAsync(exclusive: true, default);
        await run.ExecuteAsync(null, default);
    }

    private async Task PruneByResticAsync()
    {
        log.Add("restic prune");
        await BuryAsync();
        await restic.RunAsync("prune", "--max-unused", random.Next(2) == 0 ? "0" : "5%");
    }

    /// <summary>Does the work with a repository that has been open all the time, or a new one that may die.</summary>
    /// <param name="requests">It dies at one of the first so many, or not at all.</param>
    /// <returns>Whether it lived.</returns>
    private async Task<bool> LiveAsync(string name, int requests, Func<Repository, Task> work)
    {
        if (random.Next(3) == 0)
        {
            log.Add(name);
            await work(warm);
            return true;
        }
        string life = $"life {++lives}";
        int last = random.Next(requests);
        var store = new DyingStore(new LocalObjectStore(Location), last, readsCount: true);
        log.Add($"{name} until request {last}");
        try
        {
            RepositoryOptions own = options with { LockUsername = life };
            await using Repository repository = await Repository.OpenAsync(store, Password, own, default);
            await work(repository);
        }
        catch (EngineError) when (store.Died) { }
        if (store.Died)
        {
            _ = dead.Add(life);
        }
        return !store.Died;
    }

    /// <summary>Removes the locks of the dead, as an operator does: to restic their process lives.</summary>
    private async Task BuryAsync()
    {
        if (dead.Count > 0)
        {
            await restic.RunAsync("unlock", "--remove-all");
            dead.Clear();
        }
    }

    private void Change()
    {
        if (copies == 0 || random.Next(5) != 0)
        {
            files.Change();
        }
    }

    private string CopySource()
    {
        string copy = directory[$"copy-{copies++}"];
        Copy.Of(Source, copy);
        return copy;
    }

    /// <summary>The one snapshot that nobody knows yet is of that copy.</summary>
    private async Task AdoptAsync(string copy, bool mustBe)
    {
        List<Id> unknown = [.. (await IdsAsync()).Except(kept.Keys)];
        Assert.InRange(unknown.Count, mustBe ? 1 : 0, 1);
        foreach (Id snapshot in unknown)
        {
            kept.Add(snapshot, copy);
        }
    }

    private async Task DropForgottenAsync()
    {
        List<Id> gone = [.. kept.Keys.Except(await IdsAsync())];
        Assert.InRange(gone.Count, 0, 1);
        foreach (Id snapshot in gone)
        {
            RawFiles.Delete(kept[snapshot]);
            kept.Remove(snapshot);
        }
    }

    private async Task<HashSet<Id>> IdsAsync() =>
        [.. (await warm.ListSnapshotsAsync(default)).Select(snapshot => snapshot.Id)];

    private static void RequireSound(CheckReport report) =>
        Assert.True(report.IsSound, string.Join('\n', report.Findings.Select(found => found.Message)));

    /// <summary>The real time, but for waits so short that they are only politeness: those are over at once.</summary>
    private sealed class HurriedTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            bool isShort = dueTime > TimeSpan.Zero && dueTime < TimeSpan.FromSeconds(1);
            return base.CreateTimer(callback, state, isShort ? TimeSpan.Zero : dueTime, period);
        }
    }
}
