using Holdfast.Engine;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Storage;
using Holdfast.Objects;
using Holdfast.Objects.Memory;
using Holdfast.Testing;
using Holdfast.Testing.Objects;
using Xunit;

namespace Holdfast.Tests.Engine.Packs;

public sealed class BlobWriterTests : IAsyncLifetime
{
    private static readonly RepositoryOptions Options = new() { PackSize = 4 << 20, Workers = 2 };

    private readonly FaultyObjectStore store = new(new MemoryObjectStore());
    private Repository repository = null!;

    public async ValueTask InitializeAsync() =>
        repository = await Repository.InitAsync(store, "password", Options, default);

    public ValueTask DisposeAsync() => repository.DisposeAsync();

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(3, true)]
    public async Task WhatIsSavedLoads(int level, bool verify)
    {
        RepositoryOptions options = Options with { CompressionLevel = level, VerifyWrites = verify };
        await using Repository opened = await Repository.OpenAsync(store, "password", options, default);
        List<byte[]> blobs = [.. SampleBlobs.Of(seed: level, count: 200), []];
        await using (BlobWriter writer = opened.CreateWriter())
        {
            await SaveAll(writer, blobs);
            await writer.FlushAsync(default);
            Assert.Equal(blobs.Count, writer.Statistics.DataBlobs);
            Assert.Equal(blobs.Sum(blob => (long)blob.Length), writer.Statistics.Bytes);
        }
        await AssertLoads(opened, blobs);
        await using Repository again = await Reopen();
        await AssertLoads(again, blobs);
        await AssertSound(again);
    }

    [Fact]
    public async Task TreesAreAlwaysCompressedAndDataNeverGrows()
    {
        byte[] noise = SampleBlobs.Noise(new Random(1), 1000);
        await using BlobWriter writer = repository.CreateWriter();
        await writer.SaveAsync(BlobKind.Data, Sha256.Hash(noise), noise, default);
        await writer.SaveAsync(BlobKind.Tree, Sha256.Hash(noise), noise, default);
        await writer.FlushAsync(default);
        Assert.True(repository.TryLocate(BlobKind.Data, Sha256.Hash(noise), out BlobLocation data));
        Assert.True(repository.TryLocate(BlobKind.Tree, Sha256.Hash(noise), out BlobLocation tree));
        Assert.Equal((1032u, 0u), (data.Length, data.UncompressedLength));
        Assert.Equal(1000u, tree.UncompressedLength);
        Assert.NotEqual(data.Pack, tree.Pack);
    }

    [Fact]
    public async Task OfManyWhoSaveTheSameBlobOneStoresIt()
    {
        List<byte[]> blobs = [.. SampleBlobs.Of(seed: 5, count: 50)];
        await using BlobWriter writer = repository.CreateWriter();
        int[] stored = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => SaveAll(writer, blobs))));
        await writer.FlushAsync(default);
        Assert.Equal(blobs.Count, stored.Sum());
        Assert.Equal(blobs.Count, (await Listed(repository)).Sum(pack => pack.Blobs.Count));
        Assert.Equal(0, await SaveAll(writer, blobs));
        await using BlobWriter second = repository.CreateWriter();
        Assert.Equal(0, await SaveAll(second, blobs));
    }

    [Fact]
    public async Task AnotherWriterDoesNotCountOnWhatIsNotListed()
    {
        byte[] blob = [1, 2, 3];
        await using BlobWriter first = repository.CreateWriter();
        await using BlobWriter second = repository.CreateWriter();
        Assert.True(await first.SaveAsync(BlobKind.Data, Sha256.Hash(blob), blob, default));
        Assert.True(await second.SaveAsync(BlobKind.Data, Sha256.Hash(blob), blob, default));
        await second.FlushAsync(default);
        await first.DisposeAsync();
        await AssertLoads(repository, [blob]);
    }

    [Fact]
    public async Task PacksEndSoonAfterTheirSizeAndLargeBlobsHaveTheirOwn()
    {
        var random = new Random(1);
        List<byte[]> blobs =
        [
            .. Enumerable.Range(0, 40).Select(_ => SampleBlobs.Noise(random, random.Next(100_000, 900_000))),
            SampleBlobs.Noise(random, 7 << 20),
            SampleBlobs.Noise(random, 5 << 20),
        ];
        await using BlobWriter writer = repository.CreateWriter();
        await SaveAll(writer, blobs);
        await writer.FlushAsync(default);
        await AssertLoads(repository, blobs);
        List<PackContent> packs = await Listed(repository);
        Assert.Equal(blobs.Count, packs.Sum(pack => pack.Blobs.Count));
        foreach (PackContent pack in packs)
        {
            bool oneLarge = pack.Blobs is [{ Length: > 5 << 20 }];
            Assert.True(oneLarge || PackHeader.PackLength(pack.Blobs) <= Options.PackSize + (1 << 20));
        }
    }

    [Fact]
    public async Task PacksComeBeforeTheIndexThatListsThem()
    {
        await using BlobWriter writer = repository.CreateWriter();
        await SaveAll(writer, [.. SampleBlobs.Of(seed: 6, count: 100)]);
        await writer.FlushAsync(default);
        List<string> puts = [.. store.Done.Where(done => done.Call == StoreCall.Put).Select(done => done.Name)];
        int index = puts.FindIndex(name => name.StartsWith("index/", StringComparison.Ordinal));
        int lastPack = puts.FindLastIndex(name => name.StartsWith("data/", StringComparison.Ordinal));
        Assert.InRange(index, lastPack + 1, puts.Count - 1);
    }

    [Fact]
    public async Task NothingIsListedThatWasNotFlushed()
    {
        List<byte[]> blobs = [.. SampleBlobs.Of(seed: 7, count: 100)];
        await using (BlobWriter writer = repository.CreateWriter())
        {
            await SaveAll(writer, blobs);
        }
        Assert.Equal(0, repository.BlobCount);
        Assert.Empty(await Listed(repository));
        await using BlobWriter second = repository.CreateWriter();
        Assert.Equal(blobs.Count, await SaveAll(second, blobs));
    }

    [Theory]
    [InlineData("data/", 1)]
    [InlineData("data/", 3)]
    [InlineData("index/", 1)]
    public async Task AFailedUploadFailsTheFlushAndListsNothing(string beneath, int nth)
    {
        store.Fail(StoreCall.Put, Fault.Full, nth, beneath: beneath);
        List<byte[]> blobs = [.. SampleBlobs.Of(seed: 8, count: 150)];
        await using (BlobWriter writer = repository.CreateWriter())
        {
            EngineError error = await Assert.ThrowsAsync<EngineError>(async () =>
            {
                await SaveAll(writer, blobs);
                await writer.FlushAsync(default);
            });
            Assert.Equal((EngineErrorKind.Store, true), (error.Kind, error.Temporary));
            await Assert.ThrowsAsync<EngineError>(() => writer.FlushAsync(default));
            await Assert.ThrowsAsync<EngineError>(() => SaveAll(writer, blobs));
        }
        Assert.Empty(await Listed(repository));

        // A new run over the same repository is whole.
        await using BlobWriter second = repository.CreateWriter();
        await SaveAll(second, blobs);
        await second.FlushAsync(default);
        await AssertLoads(repository, blobs);
        await AssertSound(repository);
    }

    [Theory]
    [InlineData(9, 1)]
    [InlineData(10, 2)]
    public async Task AnIndexIsWrittenAfterTenMinutesBeforeTheEnd(int minutes, int indexes)
    {
        var time = new SteppedTime();
        await using Repository opened = await Repository.OpenAsync(
            store,
            "password",
            Options with
            {
                Time = time,
            },
            default
        );
        await using BlobWriter writer = opened.CreateWriter();
        time.Advance(TimeSpan.FromMinutes(minutes));
        var random = new Random(1);
        await SaveAll(writer, [SampleBlobs.Noise(random, Options.PackSize)]);
        await SaveAll(
            writer,
            [
                [1],
            ]
        );
        await writer.FlushAsync(default);
        Assert.Equal(indexes, (await opened.ListIndexesAsync(default)).Count);
    }

    [Fact]
    public async Task AFlushThatListsNothingNewWritesNothing()
    {
        await using BlobWriter writer = repository.CreateWriter();
        await SaveAll(
            writer,
            [
                [1],
            ]
        );
        await writer.FlushAsync(default);
        int before = store.Done.Count;
        await writer.FlushAsync(default);
        Assert.DoesNotContain(store.Done.Skip(before), done => done.Call == StoreCall.Put);
    }

    [Fact]
    public async Task ARepackWriterStoresOnceWhatTheIndexHas()
    {
        byte[] blob = [1, 2, 3];
        await using BlobWriter writer = repository.CreateWriter();
        await SaveAll(writer, [blob]);
        await writer.FlushAsync(default);
        await using BlobWriter repack = repository.CreateRepackWriter();
        Assert.Equal(1, await SaveAll(repack, [blob, blob]));
        await repack.FlushAsync(default);
        Assert.Equal(0, await SaveAll(repack, [blob]));
        Assert.Equal(2, (await Listed(repository)).Sum(pack => pack.Blobs.Count));
    }

    private static async Task<int> SaveAll(BlobWriter writer, List<byte[]> blobs)
    {
        int stored = 0;
        foreach (byte[] blob in blobs)
        {
            byte[] reused = [.. blob];
            stored += await writer.SaveAsync(BlobKind.Data, Sha256.Hash(blob), reused, default) ? 1 : 0;
            Array.Clear(reused);
        }
        return stored;
    }

    private async Task<Repository> Reopen()
    {
        Repository opened = await Repository.OpenAsync(store, "password", Options, default);
        await opened.LoadIndexAsync(default);
        return opened;
    }

    private static async Task AssertLoads(Repository from, List<byte[]> blobs)
    {
        foreach (byte[] blob in blobs)
        {
            using PooledBytes loaded = await from.LoadBlobAsync(BlobKind.Data, Sha256.Hash(blob), default);
            Assert.Equal(blob, loaded.Span);
        }
    }

    private static async Task AssertSound(Repository from)
    {
        foreach (PackContent pack in await Listed(from))
        {
            Assert.Empty((await from.VerifyPackAsync(pack, PackHeader.PackLength(pack.Blobs), default)).Problems);
        }
    }

    private static async Task<List<PackContent>> Listed(Repository from)
    {
        var packs = new List<PackContent>();
        foreach (StoredObject index in await from.ListIndexesAsync(default))
        {
            packs.AddRange(await from.LoadIndexObjectAsync(index, default));
        }
        return packs;
    }
}
