using Holdfast.Engine;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Packs;
using Holdfast.Objects;
using Holdfast.Objects.Memory;
using Holdfast.Testing;
using Holdfast.Testing.Objects;
using Holdfast.Testing.Remote;
using Xunit;

namespace Holdfast.Tests.Engine.Packs;

/// <summary>Trees read in windows are those that are read alone.</summary>
public sealed class TreeBlobsTests : IAsyncLifetime
{
    private readonly MemoryObjectStore objects = new();
    private RemoteObjectStore store = null!;
    private Repository repository = null!;

    public async ValueTask InitializeAsync()
    {
        store = new RemoteObjectStore(objects, (_, _) => Task.CompletedTask);
        repository = await Repository.InitAsync(store, "password", new RepositoryOptions { Workers = 2 }, default);
    }

    public ValueTask DisposeAsync() => repository.DisposeAsync();

    [Theory]
    [InlineData(400, 20_000)] // Many to a window, some across two.
    [InlineData(20, 300_000)] // Some of them too large to share one.
    [InlineData(4, 1_500_000)]
    public async Task EachIsTheOneThatIsReadAlone(int count, int largest)
    {
        List<Id> trees = await SaveAsync(count, largest);
        store.Tally.Reset();
        var blobs = new TreeBlobs(repository, default);
        await Parallel.ForEachAsync(
            trees.Concat(trees.Reverse<Id>()),
            async (tree, token) =>
            {
                blobs.Prefetch(tree);
                using PooledBytes fast = await blobs.LoadAsync(tree);
                using PooledBytes plain = await repository.LoadBlobAsync(BlobKind.Tree, tree, token);
                Assert.True(fast.Span.SequenceEqual(plain.Span));
            }
        );
    }

    [Fact]
    public async Task AWindowIsReadOnceForAllThatLiesInIt()
    {
        List<Id> trees = await SaveAsync(400, 20_000);
        long bytes = trees.Sum(tree => (long)LocationOf(tree).Length);
        store.Tally.Reset();
        var blobs = new TreeBlobs(repository, default);
        foreach (Id tree in trees)
        {
            (await blobs.LoadAsync(tree)).Dispose();
        }
        Assert.Equal(bytes, store.Tally.Requests.Sum(request => request.Bytes));
        Assert.Equal((bytes + TreeBlobs.Window - 1) / TreeBlobs.Window, store.Tally.Requests.Count);
    }

    [Fact]
    public async Task OfManyPacksOnlySoManyWindowsAreKept()
    {
        List<Id> trees = [];
        for (int pack = 0; pack < TreeBlobs.MostWindows + 1; pack++)
        {
            trees.AddRange(await SaveAsync(2, 1000));
        }
        store.Tally.Reset();
        var blobs = new TreeBlobs(repository, default);
        foreach (Id tree in trees)
        {
            (await blobs.LoadAsync(tree)).Dispose();
        }
        Assert.Equal(TreeBlobs.MostWindows + 1, store.Tally.Requests.Count);
        (await blobs.LoadAsync(trees[^1])).Dispose();
        Assert.Equal(TreeBlobs.MostWindows + 1, store.Tally.Requests.Count);
        (await blobs.LoadAsync(trees[0])).Dispose();
        Assert.Equal(TreeBlobs.MostWindows + 2, store.Tally.Requests.Count);
    }

    /// <summary>A share of 3,000 directories after 80 backups, each of which changed a twentieth of them.</summary>
    [Fact]
    public async Task OfTreesScatteredOverManyPacksLittleMoreIsReadThanIsWanted()
    {
        var random = new Random(3);
        List<Id> trees = await SaveAsync(3000, 5000);
        for (int backup = 0; backup < 80; backup++)
        {
            foreach (Id changed in await SaveAsync(150, 5000))
            {
                trees[random.Next(trees.Count)] = changed;
            }
        }
        long wanted = trees.Sum(tree => (long)LocationOf(tree).Length);
        store.Tally.Reset();
        var blobs = new TreeBlobs(repository, default);
        for (int next = 0; next < trees.Count; next++)
        {
            // As a walk does.
            for (int soon = next + 1; soon < Math.Min(next + (TreeBlobs.MostWindows / 2), trees.Count); soon++)
            {
                blobs.Prefetch(trees[soon]);
            }
            (await blobs.LoadAsync(trees[next])).Dispose();
        }
        long read = store.Tally.Requests.Sum(request => request.Bytes);
        // Half as much again, and eight windows to begin with.
        Assert.InRange(read, wanted, (wanted * 3 / 2) + (9 * TreeBlobs.Window));
        Assert.InRange(store.Tally.Requests.Count, 1, trees.Count);
    }

    [Fact]
    public async Task ATreeOfATruncatedPackIsReadUnlessItIsWhatIsMissing()
    {
        List<Id> trees = await SaveAsync(10, 1000);
        (ObjectName name, byte[] content) = await PackAsync(trees[0]);
        BlobLocation last = trees.Select(LocationOf).MaxBy(location => location.Offset);
        await objects.PutAsync(name, new(content.AsMemory(0, (int)last.Offset + 10)), default);
        var blobs = new TreeBlobs(repository, default);
        foreach (Id tree in trees.Where(tree => LocationOf(tree) != last))
        {
            (await blobs.LoadAsync(tree)).Dispose();
        }
        Id missing = trees.Single(tree => LocationOf(tree) == last);
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => blobs.LoadAsync(missing));
        Assert.Equal(EngineErrorKind.Damaged, error.Kind);
    }

    [Fact]
    public async Task AFlippedBitIsDamageOfThatTreeAlone()
    {
        List<Id> trees = await SaveAsync(10, 1000);
        (ObjectName name, byte[] content) = await PackAsync(trees[3]);
        content[LocationOf(trees[3]).Offset + 20] ^= 4;
        await objects.PutAsync(name, new(content), default);
        var blobs = new TreeBlobs(repository, default);
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => blobs.LoadAsync(trees[3]));
        Assert.Equal(EngineErrorKind.Damaged, error.Kind);
        Assert.Contains(trees[3].ToString(), error.Message, StringComparison.Ordinal);
        (await blobs.LoadAsync(trees[4])).Dispose();
    }

    [Fact]
    public async Task AStoreThatFailsFailsTheLoad()
    {
        List<Id> trees = await SaveAsync(1, 1000);
        var faulty = new FaultyObjectStore(objects);
        await using Repository other = await Repository.OpenAsync(faulty, "password", new RepositoryOptions(), default);
        await other.LoadIndexAsync(default);
        faulty.Fail(StoreCall.Read, Fault.Permanently, times: int.MaxValue, beneath: "data/");
        var blobs = new TreeBlobs(other, default);
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => blobs.LoadAsync(trees[0]));
        Assert.Equal(EngineErrorKind.Store, error.Kind);
    }

    /// <summary>Not even for those that lie in the same window.</summary>
    [Fact]
    public async Task APrefetchThatFailedIsNoFailureOfALaterLoad()
    {
        List<Id> trees = await SaveAsync(2, 1000);
        var faulty = new FaultyObjectStore(objects);
        await using Repository other = await Repository.OpenAsync(faulty, "password", new RepositoryOptions(), default);
        await other.LoadIndexAsync(default);
        faulty.Fail(StoreCall.Read, Fault.Permanently, times: 2, beneath: "data/");
        var blobs = new TreeBlobs(other, default);
        blobs.Prefetch(trees[0]);
        blobs.Prefetch(trees[1]);
        foreach (Id tree in trees)
        {
            (await blobs.LoadAsync(tree)).Dispose();
        }
    }

    private async Task<List<Id>> SaveAsync(int count, int largest)
    {
        var random = new Random(repository.BlobCount + largest);
        List<Id> trees = [];
        await using BlobWriter writer = repository.CreateWriter();
        for (int i = 0; i < count; i++)
        {
            byte[] tree = SampleBlobs.Noise(random, random.Next(1, largest));
            trees.Add(Sha256.Hash(tree));
            await writer.SaveAsync(BlobKind.Tree, trees[^1], tree, default);
        }
        await writer.FlushAsync(default);
        return trees;
    }

    private BlobLocation LocationOf(Id tree) =>
        repository.TryLocate(BlobKind.Tree, tree, out BlobLocation location)
            ? location
            : throw new InvalidOperationException("It was not saved.");

    private async Task<(ObjectName Name, byte[] Content)> PackAsync(Id tree)
    {
        Id pack = LocationOf(tree).Pack;
        var name = new ObjectName($"data/{pack.ToString()[..2]}/{pack}");
        byte[] content = new byte[(await objects.StatAsync(name, default))!.Value.Size];
        await objects.ReadAsync(name, 0, content, default);
        return (name, content);
    }
}
