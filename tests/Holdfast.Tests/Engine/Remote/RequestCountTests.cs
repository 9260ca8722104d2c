using Holdfast.Engine;
using Holdfast.Engine.Browse;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Maintenance.Check;
using Holdfast.Engine.Maintenance.Forget;
using Holdfast.Engine.Maintenance.Prune;
using Holdfast.Engine.Maintenance.Stats;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Snapshots;
using Holdfast.Testing;
using Holdfast.Testing.Objects;
using Holdfast.Testing.Remote;
using Holdfast.Tests.Engine.Index;
using Xunit;

namespace Holdfast.Tests.Engine.Remote;

/// <summary>
/// What each work asks of a store, and how much of it at once. A request gate proves the latter: were the requests made one
/// after the other, the work would never end.
/// </summary>
public sealed class RequestCountTests
{
    private const int Timeout = 120_000;

    [Fact(Timeout = Timeout)]
    public async Task ToOpenIsFourRequestsInTwoRounds()
    {
        await using RemoteScene scene = await RemoteScene.MakeAsync();
        scene.Hold(2, request => request.Call is StoreCall.Stat or StoreCall.List);
        await using (await scene.OpenAsync()) { }
        Assert.Equal(4, scene.Store.Tally.Requests.Count);
        scene.Hold(2, request => request.Call == StoreCall.Read);
        await using (await scene.OpenAsync()) { }
    }

    [Fact(Timeout = Timeout)]
    public async Task ToLockIsThreeRequestsAndAnotherToRelease()
    {
        await using RemoteScene scene = await RemoteScene.MakeAsync();
        await using Repository other = await scene.OpenAsync(new RepositoryOptions { LockHostname = "another" });
        await using RepositoryLock foreign = await other.LockAsync(exclusive: false, default);
        scene.CountAnew();
        await (await scene.Repository.LockAsync(exclusive: false, default)).DisposeAsync();
        Assert.Equal(2, scene.Count(StoreCall.List, "locks"));
        Assert.Equal(1, scene.Count(StoreCall.Put, "locks"));
        Assert.Equal(1, scene.Count(StoreCall.Delete, "locks"));
        // The other's lock is read by the first look, and known at the second.
        Assert.Equal(1, scene.Count(StoreCall.Read, "locks"));
        Assert.Equal(5, scene.Store.Tally.Requests.Count);
    }

    [Fact(Timeout = Timeout)]
    public async Task IndexObjectsAreReadAsManyAtOnceAsMayBe()
    {
        await using RemoteScene scene = await RemoteScene.MakeAsync();
        int limit = scene.Repository.Options.Requests;
        for (int i = 0; i < 2 * limit; i++)
        {
            await scene.Repository.SaveIndexObjectAsync([SamplePacks.Of(new Random(i), 3)], default);
        }
        scene.Hold(limit, request => request.Call == StoreCall.Read);
        await scene.Repository.LoadIndexAsync(default);
        Assert.Equal((2 * limit) + 1, scene.Store.Tally.Requests.Count);
        Assert.Equal(limit, scene.Store.Tally.MostInFlight);
    }

    [Fact(Timeout = Timeout)]
    public async Task SnapshotsAreReadAndRemovedAsManyAtOnceAsMayBe()
    {
        await using RemoteScene scene = await RemoteScene.MakeAsync();
        int limit = scene.Repository.Options.Requests;
        await scene.AddSnapshotsAsync(2 * limit);
        scene.Hold(limit, request => request.Call == StoreCall.Read);
        IReadOnlyList<Snapshot> all = await scene.Repository.ListSnapshotsAsync(default);
        Assert.Equal((2 * limit) + 1, scene.Store.Tally.Requests.Count);

        scene.Hold(limit, request => request.Call == StoreCall.Delete);
        await ForgetPlan.Of(all).ExecuteAsync(scene.Repository, progress: null, default);
        Assert.Equal(2 * limit, scene.Store.Tally.Requests.Count);
        Assert.Equal(limit, scene.Store.Tally.MostInFlight);
    }

    [Fact(Timeout = Timeout)]
    public async Task AWalkReadsAPackOfTreesOnce()
    {
        await using RemoteScene scene = await RemoteScene.MakeAsync();
        Snapshot snapshot = await scene.BackUpAsync();
        await scene.ReopenAsync();
        await scene.Repository.LoadIndexAsync(default);

        scene.CountAnew();
        Assert.True(await new TreeBrowser(scene.Repository).WalkAsync(snapshot.Tree, [], default).AnyAsync());
        Assert.Single(scene.Store.Tally.Requests);

        scene.CountAnew();
        await StatsRun.RunAsync(scene.Repository, [snapshot], progress: null, default);
        Assert.Single(scene.Store.Tally.Requests);

        scene.CountAnew();
        CheckReport report = await CheckRun.RunAsync(scene.Repository, new CheckOptions(), null, null, default);
        Assert.True(report.IsSound);
        Assert.Equal(1, scene.Count(StoreCall.Read, "data/"));

        scene.CountAnew();
        await PruneRun.PlanAsync(scene.Repository, new PruneOptions(), progress: null, default);
        Assert.Equal(1, scene.Count(StoreCall.Read, "data/"));

        scene.CountAnew();
        await scene.BackUpAsync(snapshot);
        Assert.Equal(1, scene.Count(StoreCall.Read, "data/"));

        scene.CountAnew();
        Assert.Equal(2L * RemoteScene.Directories, (await scene.RestoreAsync(snapshot)).Files);
        // The root's tree, to find the share in it; a window of trees; a stretch of each pack of data, of which two are open.
        Assert.InRange(scene.Count(StoreCall.Read, "data/"), 3, 4);
    }

    [Fact(Timeout = Timeout)]
    public async Task ACheckOfAllDataReadsEachPackOnceAndSomeAtOnce()
    {
        await using RemoteScene scene = await RemoteScene.MakeAsync(new RepositoryOptions { Workers = 1 });
        for (int i = 0; i < 4; i++)
        {
            await scene.WriteAsync("0/0/a", $"another {i}");
            await scene.BackUpAsync();
        }
        scene.CountAnew();
        await CheckRun.RunAsync(scene.Repository, new CheckOptions(), null, null, default);
        int ofTrees = scene.Count(StoreCall.Read, "data/");

        int seen = 0;
        scene.Hold(
            3,
            request =>
                request.Call == StoreCall.Read
                && request.IsBeneath("data/")
                && Interlocked.Increment(ref seen) > ofTrees
        );
        var all = new CheckOptions { ReadData = PackSubset.All };
        CheckReport report = await CheckRun.RunAsync(scene.Repository, all, null, null, default);
        Assert.True(report.IsSound);
        // Each backup made a pack of data or two, and one of trees; the only worker has two ahead.
        Assert.InRange(report.PacksRead, 8, 12);
        Assert.Equal(ofTrees + report.PacksRead, scene.Count(StoreCall.Read, "data/"));
    }

    [Fact(Timeout = Timeout)]
    public async Task APruneReadsStretchesAndDeletesManyAtOnce()
    {
        await using RemoteScene scene = await RemoteScene.MakeAsync();
        int limit = scene.Repository.Options.Requests;
        for (int i = 0; i < limit; i++)
        {
            await scene.WriteAsync("0/0/a", $"another {i}");
            await scene.BackUpAsync();
        }
        IReadOnlyList<Snapshot> all = await scene.Repository.ListSnapshotsAsync(default);
        await ForgetPlan.Of(all.SkipLast(1)).ExecuteAsync(scene.Repository, progress: null, default);
        var options = new PruneOptions { MaxUnused = UnusedLimit.Parse("0") };
        PruneRun run = await PruneRun.PlanAsync(scene.Repository, options, progress: null, default);
        Assert.NotEmpty(run.Plan.Repack);

        scene.Hold(limit, request => request.Call == StoreCall.Delete && request.IsBeneath("data/"));
        PruneReport report = await run.ExecuteAsync(progress: null, default);
        Assert.Equal(run.Plan.Repack.Count, report.PacksRepacked);
        // Of each pack what lives, however many blobs that are.
        Assert.Equal(run.Plan.Repack.Count, scene.Count(StoreCall.Read, "data/"));
        scene.CountAnew();
        Assert.True((await CheckRun.RunAsync(scene.Repository, new CheckOptions(), null, null, default)).IsSound);
    }

    [Fact(Timeout = Timeout)]
    public async Task PacksAreStoredSideBySideWhileOthersAreFilled()
    {
        var options = new RepositoryOptions { PackSize = 4 << 20, Workers = 1 };
        await using RemoteScene scene = await RemoteScene.MakeAsync(options);
        RequestGate gate = scene.Hold(2, request => request.Call == StoreCall.Put);
        await using BlobWriter writer = scene.Repository.CreateWriter();
        for (int i = 0; i < 12; i++)
        {
            byte[] blob = SampleBlobs.Noise(new Random(i), 1 << 20);
            await writer.SaveAsync(BlobKind.Data, Sha256.Hash(blob), blob, default);
        }
        await writer.FlushAsync(default);
        Assert.True(gate.IsOpen);
        Assert.Equal(2, scene.Store.Tally.MostInFlight);
    }

    [Fact(Timeout = Timeout)]
    public async Task NothingPassesTheLimit()
    {
        await using RemoteScene scene = await RemoteScene.MakeAsync(new RepositoryOptions { Requests = 3 });
        Snapshot snapshot = await scene.BackUpAsync();
        for (int i = 0; i < 8; i++)
        {
            await scene.Repository.SaveIndexObjectAsync([SamplePacks.Of(new Random(i), 3)], default);
        }
        await scene.ReopenAsync();
        scene.Hold(3, request => request.Call == StoreCall.Read);
        await scene.Repository.LoadIndexAsync(default);
        await scene.Repository.ListSnapshotsAsync(default);
        await scene.RestoreAsync(snapshot);
        Assert.Equal(3, scene.Store.Tally.MostInFlight);
    }
}
