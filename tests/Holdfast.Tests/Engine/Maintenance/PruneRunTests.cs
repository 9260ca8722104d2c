using Holdfast.Engine;
using Holdfast.Engine.Maintenance;
using Holdfast.Engine.Maintenance.Check;
using Holdfast.Engine.Maintenance.Prune;
using Holdfast.Engine.Snapshots;
using Holdfast.Objects.Local;
using Holdfast.Objects.Memory;
using Holdfast.Testing;
using Holdfast.Testing.Files;
using Holdfast.Testing.Objects;
using Holdfast.Testing.Processes;
using Holdfast.Testing.Remote;
using Xunit;

namespace Holdfast.Tests.Engine.Maintenance;

/// <summary>Prunes of real repositories: what they leave, and what they leave when they die.</summary>
public sealed class PruneRunTests : IDisposable
{
    private static readonly PruneOptions Everything = new() { MaxUnused = UnusedLimit.OfBytes(0) };

    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task What_is_left_restores_and_restic_finds_it_whole()
    {
        string source = directory.Make("source");
        var store = new LocalObjectStore(directory["repository"]);
        await using Repository repository = await SampleRepository.MakeAsync(store, source, snapshots: 7);
        await repository.DeleteSnapshotAsync((await repository.ListSnapshotsAsync(default))[0].Id, default);
        await SampleRepository.ForgetHalfAsync(repository);
        int snapshots = (await repository.ListSnapshotsAsync(default)).Count;

        PruneRun run = await PruneRun.PlanAsync(repository, Everything, null, default);
        Assert.NotEmpty(run.Plan.Repack);
        Assert.NotEmpty(run.Plan.Remove);
        PruneReport report = await run.ExecuteAsync(null, default);

        Assert.False(report.StoppedEarly);
        Assert.Empty((await SampleRepository.CheckAsync(repository)).Findings);
        Assert.Equal(snapshots, (await repository.ListSnapshotsAsync(default)).Count);
        Assert.True((await PruneRun.PlanAsync(repository, Everything, null, default)).Plan.UnusedBytesAfter == 0);
        using var restic = new Restic(directory["repository"], SampleRepository.Password);
        await restic.CheckAsync();
        await restic.RestoreAsync($"latest:{source}", directory["restored"]);
        TreeComparer.AssertEqual(source, directory["restored"], new TreeComparison { IgnoreRoot = true });
    }

    [Fact]
    public async Task What_a_killed_writer_left_half_written_goes_after_a_day()
    {
        var store = new LocalObjectStore(directory["repository"]);
        await using Repository repository = await SampleRepository.MakeAsync(store, directory.Make("source"), 1);
        string folder = Directory.CreateDirectory(Path.Combine(directory["repository"], "data", "ab")).FullName;
        string old = Path.Combine(folder, $"ab{new string('0', 62)}-tmp-1");
        string fresh = Path.Combine(folder, $"ab{new string('1', 62)}-tmp-2");
        await File.WriteAllTextAsync(old, "half a pack");
        await File.WriteAllTextAsync(fresh, "half a pack, still being written");
        File.SetLastWriteTimeUtc(old, TimeProvider.System.GetUtcNow().UtcDateTime - TimeSpan.FromHours(25));

        await PruneRun.RemoveUnfinishedAsync(repository, default);
        Assert.False(File.Exists(old));
        Assert.True(File.Exists(fresh));
    }

    [Fact]
    public async Task Planning_changes_nothing()
    {
        MemoryObjectStore store = await PartlyUsedAsync();
        List<string> before = await NamesAsync(store);
        await using Repository repository = await SampleRepository.OpenAsync(store);
        await PruneRun.PlanAsync(repository, Everything, null, default);
        Assert.Equal(before, await NamesAsync(store));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dying_at_any_write_loses_no_snapshot(bool byCancellation)
    {
        MemoryObjectStore original = await PartlyUsedAsync();
        bool finished = false;
        for (int writes = 0; !finished; writes++)
        {
            Assert.InRange(writes, 0, 500);
            MemoryObjectStore store = await StoreCopy.OfAsync(original);
            finished = await PruneUntilDeathAsync(store, writes, byCancellation);

            await using Repository repository = await SampleRepository.OpenAsync(store);
            CheckReport report = await SampleRepository.CheckAsync(repository);
            Assert.All(
                report.Findings,
                finding =>
                    Assert.True(finding.Kind is FindingKind.OrphanPack or FindingKind.DuplicatePack, finding.Message)
            );
            Assert.Equal(3, report.Snapshots);

            await (await PruneRun.PlanAsync(repository, Everything, null, default)).ExecuteAsync(null, default);
            Assert.Empty((await SampleRepository.CheckAsync(repository)).Findings);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_the_lock_nothing_is_removed(bool lostLater)
    {
        MemoryObjectStore store = await PartlyUsedAsync();
        await using Repository repository = await SampleRepository.OpenAsync(store);
        await using RepositoryLock held = await repository.LockAsync(exclusive: true, default);
        PruneRun run = await PruneRun.PlanAsync(repository, Everything, null, default);
        string removable = lostLater ? run.Plan.Remove[0].Pack.ToString() : run.Plan.Unreferenced[0].Pack.ToString();
        int deletions = 0;
        var progress = new Callback(step =>
        {
            // The first is of what no index lists.
            if (step is { Step: "deleting", Done: 0 } && ++deletions == 2)
            {
                RemoveLocks(store);
            }
        });
        if (!lostLater)
        {
            RemoveLocks(store);
        }

        EngineError error = await Assert.ThrowsAsync<EngineError>(() => run.ExecuteAsync(progress, default));
        Assert.Equal(EngineErrorKind.LockLost, error.Kind);
        Assert.NotNull(await store.StatAsync(new($"data/{removable[..2]}/{removable}"), default));
    }

    /// <summary>As of a node that was frozen while it removed them, until others took its lock away.</summary>
    [Fact]
    public async Task Once_the_lock_is_gone_few_index_objects_more_are_removed()
    {
        var store = new MemoryObjectStore();
        await using (Repository made = await SampleRepository.MakeAsync(store, directory.Make("source"), 20))
        {
            await SampleRepository.ForgetHalfAsync(made);
        }
        int removals = 0;
        var freezing = new RemoteObjectStore(
            store,
            (request, _) =>
            {
                if (request.Call == StoreCall.Delete && request.Name.StartsWith("index/", StringComparison.Ordinal))
                {
                    removals++;
                    RemoveLocks(store);
                }
                return Task.CompletedTask;
            }
        );
        var options = SampleRepository.Options with { Requests = 1 };
        await using Repository repository = await Repository.OpenAsync(
            freezing,
            SampleRepository.Password,
            options,
            default
        );
        await using RepositoryLock held = await repository.LockAsync(exclusive: true, default);
        PruneRun run = await PruneRun.PlanAsync(repository, Everything, null, default);
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => run.ExecuteAsync(null, default));
        Assert.Equal(EngineErrorKind.LockLost, error.Kind);
        Assert.Equal(16, removals);
    }

    /// <summary>However slow the store, and so wherever the time is up.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(10)]
    [InlineData(12)]
    [InlineData(15)]
    public async Task When_ten_minutes_are_up_the_rest_waits_for_the_next_run(int secondsEach)
    {
        MemoryObjectStore store = await PartlyUsedAsync();
        var time = new SteppedTime();
        var slow = new RemoteObjectStore(
            store,
            (_, _) =>
            {
                time.Advance(TimeSpan.FromSeconds(secondsEach));
                return Task.CompletedTask;
            }
        );
        var options = SampleRepository.Options with { Time = time, Requests = 1 };
        await using Repository repository = await Repository.OpenAsync(
            slow,
            SampleRepository.Password,
            options,
            default
        );
        PruneReport report;
        int runs = 0;
        do
        {
            Assert.InRange(++runs, 1, 50);
            // However long the plan takes.
            PruneRun run = await PruneRun.PlanAsync(repository, Everything, null, default);
            DateTimeOffset began = time.GetUtcNow();
            report = await run.ExecuteAsync(null, default);
            // One request at a time: of so slow a store, those that are under way at the end take longer than is kept back.
            TimeSpan underWay = TimeSpan.FromSeconds(secondsEach > 8 ? 8 * secondsEach : 0);
            Assert.InRange(time.GetUtcNow() - began, TimeSpan.Zero, TimeSpan.FromMinutes(10) + underWay);

            await using Repository other = await SampleRepository.OpenAsync(store);
            CheckReport check = await SampleRepository.CheckAsync(other);
            Assert.All(check.Findings, finding => Assert.Equal(FindingKind.OrphanPack, finding.Kind));
            Assert.Equal(3, check.Snapshots);
            PrunePlan left = (await PruneRun.PlanAsync(other, Everything, null, default)).Plan;
            int packsLeft = left.Repack.Count + left.Remove.Count + left.Unreferenced.Count;
            // A pack's own 36 bytes go with the pack.
            Assert.InRange(left.FreedBytes - report.BytesLeft, -36L * packsLeft, 36L * packsLeft);
            Assert.True(report.StoppedEarly || left.FreedBytes == 0);
        } while (report.StoppedEarly);
        Assert.True(secondsEach < 15 || runs > 1, "there was no need to stop");
    }

    [Fact]
    public async Task Without_the_time_to_see_what_was_added_nothing_is_changed()
    {
        MemoryObjectStore store = await PartlyUsedAsync();
        var time = new SteppedTime();
        var options = SampleRepository.Options with { Time = time };
        await using Repository repository = await Repository.OpenAsync(
            store,
            SampleRepository.Password,
            options,
            default
        );
        PruneOptions busy = Everything with
        {
            Required = _ =>
            {
                time.Advance(TimeSpan.FromMinutes(10));
                return Task.FromResult<IReadOnlySet<Id>>(new HashSet<Id>());
            },
        };
        PruneRun run = await PruneRun.PlanAsync(repository, busy, null, default);
        List<string> before = await NamesAsync(store);
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => run.ExecuteAsync(null, default));
        Assert.True(error.Temporary);
        Assert.Contains("--time-budget", error.Advice);
        Assert.Equal(before, await NamesAsync(store));
    }

    /// <summary>A snapshot of what was dead, one of what is new, and one whose packs were stored and not listed yet.</summary>
    [Fact]
    public async Task What_others_add_after_the_plan_stays()
    {
        string source = directory.Make("source");
        var store = new MemoryObjectStore();
        await using Repository repository = await SampleRepository.MakeAsync(store, source, 6);
        IReadOnlyList<Snapshot> all = await repository.ListSnapshotsAsync(default);
        await SampleRepository.ForgetHalfAsync(repository);

        HashSet<string> before = [.. await NamesAsync(store)];
        await File.WriteAllBytesAsync(Path.Combine(source, "late"), SampleBlobs.Noise(new Random(7), 100_000));
        await SampleRepository.BackUpAsync(repository, source, 7);
        MemoryObjectStore whole = await StoreCopy.OfAsync(store);
        List<string> late = [.. (await NamesAsync(store)).Where(name => !before.Contains(name))];
        foreach (string name in late.Where(name => !name.StartsWith("data/", StringComparison.Ordinal)))
        {
            await store.DeleteAsync(new(name), default);
        }

        var watched = new FaultyObjectStore(store);
        await using Repository pruner = await SampleRepository.OpenAsync(watched);
        PruneRun run = await PruneRun.PlanAsync(pruner, Everything, null, default);
        Assert.NotEmpty(run.Plan.Unreferenced);
        int removable = run.Plan.Remove.Count;
        foreach (string name in late)
        {
            await StoreCopy.WriteAsync(store, new(name), await StoreCopy.ReadAsync(whole, new(name)));
        }
        await repository.SaveSnapshotAsync(all[0], default);
        await File.WriteAllBytesAsync(Path.Combine(source, "later"), SampleBlobs.Noise(new Random(8), 100_000));
        await SampleRepository.BackUpAsync(repository, source, 8);
        int planned = watched.Done.Count;

        PruneReport report = await run.ExecuteAsync(null, default);
        // The three that were added, and none that the plan has seen.
        Assert.Equal(
            3,
            watched.Done.Skip(planned).Count(done => done.Call == StoreCall.Read && done.Name.StartsWith("snapshots/"))
        );
        Assert.Empty(run.Plan.Unreferenced);
        Assert.True(run.Plan.Remove.Count < removable);
        Assert.False(report.StoppedEarly);
        CheckReport check = await SampleRepository.CheckAsync(pruner);
        Assert.Empty(check.Findings);
        Assert.Equal(6, check.Snapshots);
    }

    [Fact]
    public async Task A_plan_is_not_carried_out_after_somebody_elses_prune()
    {
        MemoryObjectStore store = await PartlyUsedAsync();
        await using Repository repository = await SampleRepository.OpenAsync(store);
        PruneRun late = await PruneRun.PlanAsync(repository, Everything, null, default);
        await using Repository other = await SampleRepository.OpenAsync(store);
        await (await PruneRun.PlanAsync(other, Everything, null, default)).ExecuteAsync(null, default);

        List<string> before = await NamesAsync(store);
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => late.ExecuteAsync(null, default));
        Assert.True(error.Temporary);
        Assert.Equal(before, await NamesAsync(store));
    }

    [Fact]
    public async Task By_default_a_twentieth_is_dead_at_most()
    {
        MemoryObjectStore store = await PartlyUsedAsync();
        await using Repository repository = await SampleRepository.OpenAsync(store);
        await (await PruneRun.PlanAsync(repository, new PruneOptions(), null, default)).ExecuteAsync(null, default);
        PruneOptions none = new() { MaxUnused = UnusedLimit.Unlimited, MaxRepackBytes = 0 };
        PrunePlan left = (await PruneRun.PlanAsync(repository, none, null, default)).Plan;
        Assert.Empty(left.Remove);
        Assert.Empty(left.Unreferenced);
        Assert.True(left.UnusedBytesAfter * 20 <= left.UsedBytes + left.UnusedBytesAfter);
    }

    [Fact]
    public async Task A_damaged_blob_that_is_needed_stops_the_prune_before_anything_is_removed()
    {
        MemoryObjectStore store = await PartlyUsedAsync();
        await using Repository repository = await SampleRepository.OpenAsync(store);
        PruneRun run = await PruneRun.PlanAsync(repository, Everything, null, default);
        Id pack = run.Plan.Repack.First(candidate => candidate.OnlyData).Pack;
        var name = new Holdfast.Objects.ObjectName($"data/{pack.ToString()[..2]}/{pack}");
        for (int offset = 20; offset < (await store.StatAsync(name, default))!.Value.Size; offset += 500)
        {
            await StoreCopy.FlipAsync(store, name, offset);
        }
        int packs = (await StoreCopy.ListAsync(store, "data")).Count - run.Plan.Unreferenced.Count;

        EngineError error = await Assert.ThrowsAsync<EngineError>(() => run.ExecuteAsync(null, default));
        Assert.Equal(EngineErrorKind.Damaged, error.Kind);
        Assert.True((await StoreCopy.ListAsync(store, "data")).Count >= packs);
    }

    [Fact]
    public async Task A_repository_of_restic_is_pruned_and_restic_finds_it_whole()
    {
        string source = directory.Make("source");
        NastyTree.Build(source);
        using var restic = new Restic(directory["repository"], SampleRepository.Password);
        await restic.InitAsync();
        await restic.BackupAsync(source);
        Changes.Apply(source);
        await restic.BackupAsync(source);
        await restic.RunAsync("forget", "--keep-last", "1");

        await using Repository repository = await SampleRepository.OpenAsync(
            new LocalObjectStore(directory["repository"])
        );
        Assert.Empty((await SampleRepository.CheckAsync(repository)).Findings);
        PruneReport report = await (await PruneRun.PlanAsync(repository, Everything, null, default)).ExecuteAsync(
            null,
            default
        );
        Assert.True(report.BytesFreed > 0);
        Assert.Empty((await SampleRepository.CheckAsync(repository)).Findings);
        await restic.CheckAsync();
        Assert.Contains(
            "unused size after prune: 0 B",
            await restic.RunAsync("prune", "--dry-run", "--max-unused", "0")
        );
        await restic.RestoreAsync($"latest:{source}", directory["restored"]);
        TreeComparer.AssertEqual(
            source,
            directory["restored"],
            new TreeComparison { IgnoreRoot = true, IgnoreSockets = true }
        );
    }

    /// <summary>Three snapshots, packs of every degree of use, one unreferenced pack.</summary>
    private async Task<MemoryObjectStore> PartlyUsedAsync()
    {
        var store = new MemoryObjectStore();
        await using Repository repository = await SampleRepository.MakeAsync(store, directory.Make("source"), 6);
        await SampleRepository.ForgetHalfAsync(repository);
        byte[] leftover = new byte[1000];
        await StoreCopy.WriteAsync(store, new($"data/ab/ab{new string('0', 62)}"), leftover);
        return store;
    }

    private static async Task<List<string>> NamesAsync(MemoryObjectStore store) =>
        [.. (await StoreCopy.ListAsync(store, "")).Select(info => info.Name.Value)];

    // The store in memory answers at once.
    private static void RemoveLocks(MemoryObjectStore store)
    {
        foreach (var info in StoreCopy.ListAsync(store, "locks").GetAwaiter().GetResult())
        {
            store.DeleteAsync(info.Name, default).GetAwaiter().GetResult();
        }
    }

    private sealed class Callback(Action<MaintenanceProgress> called) : IProgress<MaintenanceProgress>
    {
        public void Report(MaintenanceProgress value) => called(value);
    }

    /// <returns>True when the prune came to its end alive.</returns>
    private static async Task<bool> PruneUntilDeathAsync(MemoryObjectStore store, int writes, bool byCancellation)
    {
        using var stop = new CancellationTokenSource();
        var dying = new DyingStore(store, writes);
        if (byCancellation)
        {
            dying.Dying = stop.Cancel;
        }
        await using Repository repository = await SampleRepository.OpenAsync(dying);
        PruneRun run = await PruneRun.PlanAsync(repository, Everything, null, default);
        try
        {
            await run.ExecuteAsync(null, stop.Token);
            return !dying.Died;
        }
        catch (Exception error) when (error is EngineError or OperationCanceledException)
        {
            Assert.True(dying.Died);
            return false;
        }
    }
}
