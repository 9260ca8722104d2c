using Holdfast.Engine;
using Holdfast.Engine.Maintenance;
using Holdfast.Engine.Maintenance.Check;
using Holdfast.Engine.Maintenance.Prune;
using Holdfast.Objects.Local;
using Holdfast.Objects.Memory;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
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

        PruneOptions options = Everything with { OwnsStore = true };
        await (await PruneRun.PlanAsync(repository, options, null, default)).ExecuteAsync(null, default);
        Assert.False(File.Exists(old));
        Assert.True(File.Exists(fresh));
    }

    [Fact]
    public async Task Planning_changes_nothing()
    {
        MemoryObjectStore store = await PartlyUsedAsync();
        List<string> before = [.. (await StoreCopy.ListAsync(store, "")).Select(info => info.Name.Value)];
        await using Repository repository = await SampleRepository.OpenAsync(store);
        await PruneRun.PlanAsync(repository, Everything, null, default);
        Assert.Equal(before, (await StoreCopy.ListAsync(store, "")).Select(info => info.Name.Value));
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
    [InlineData(null)]
    [InlineData("removing packs")]
    public async Task Without_the_lock_nothing_is_removed(string? lostAt)
    {
        MemoryObjectStore store = await PartlyUsedAsync();
        await using Repository repository = await SampleRepository.OpenAsync(store);
        await using RepositoryLock held = await repository.LockAsync(exclusive: true, default);
        PruneRun run = await PruneRun.PlanAsync(repository, Everything, null, default);
        string removable = lostAt is null
            ? run.Plan.Unreferenced[0].Pack.ToString()
            : run.Plan.Remove[0].Pack.ToString();
        var progress = new Callback(step =>
        {
            if (step.Step == lostAt)
            {
                RemoveLocks(store);
            }
        });
        if (lostAt is null)
        {
            RemoveLocks(store);
        }

        EngineError error = await Assert.ThrowsAsync<EngineError>(() => run.ExecuteAsync(progress, default));
        Assert.Equal(EngineErrorKind.LockLost, error.Kind);
        Assert.NotNull(await store.StatAsync(new($"data/{removable[..2]}/{removable}"), default));
    }

    [Fact]
    public async Task When_ten_minutes_are_up_the_rest_waits_for_the_next_run()
    {
        MemoryObjectStore store = await PartlyUsedAsync();
        var options = SampleRepository.Options with { Time = new SteppingTime(TimeSpan.FromMinutes(4)) };
        await using Repository repository = await Repository.OpenAsync(
            store,
            SampleRepository.Password,
            options,
            default
        );
        PruneRun first = await PruneRun.PlanAsync(repository, Everything, null, default);
        PruneReport report = await first.ExecuteAsync(null, default);
        Assert.True(report.StoppedEarly);
        Assert.Equal(2, report.PacksRepacked);
        Assert.Empty((await SampleRepository.CheckAsync(repository)).Findings);

        PruneRun second = await PruneRun.PlanAsync(repository, Everything with { TimeBudget = null }, null, default);
        Assert.Subset(
            second.Plan.Repack.Select(pack => pack.Pack).ToHashSet(),
            first.Plan.Repack.Skip(2).Select(pack => pack.Pack).ToHashSet()
        );
        Assert.False((await second.ExecuteAsync(null, default)).StoppedEarly);
        Assert.Empty((await SampleRepository.CheckAsync(repository)).Findings);
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

    /// <summary>A clock that jumps whenever somebody looks at it.</summary>
    private sealed class SteppingTime(TimeSpan step) : TimeProvider
    {
        private long now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => now += step.Ticks;
    }
}
