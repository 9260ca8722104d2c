using System.Buffers;
using Holdfast.Engine;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Snapshots;
using Holdfast.Engine.Storage;
using Holdfast.Objects;
using Holdfast.Objects.Memory;
using Holdfast.Testing;
using Holdfast.Testing.Objects;
using Xunit;

namespace Holdfast.Tests.Engine;

/// <summary>One object of a repository damaged in one way: whoever reads it is told so, and which one it is.</summary>
public sealed class CorruptRepositoryTests
{
    private static readonly string[] Damages =
    [
        "flipped at the start",
        "flipped in the middle",
        "flipped at the end",
        "cut short",
        "longer",
        "empty",
    ];

    private readonly FaultyObjectStore store = new(new MemoryObjectStore());
    private readonly List<byte[]> blobs = [.. SampleBlobs.Of(seed: 1, count: 20)];

    /// <summary>Every folder with every damage that a reader of blobs can see: a pack's end is its header, no blob.</summary>
    public static TheoryData<string, string> EveryDamage =>
        new(
            from folder in (string[])["config", "keys", "index", "snapshots", "data"]
            from damage in Damages
            where folder != "data" || damage is not ("flipped at the end" or "longer")
            select (folder, damage)
        );

    [Theory]
    [MemberData(nameof(EveryDamage))]
    public async Task DamageIsFound(string folder, string damage)
    {
        await Make();
        string name = await FirstBeneath(folder);
        await Damage(name, damage);
        EngineError error = await Assert.ThrowsAsync<EngineError>(ReadEverything);
        Assert.True(
            error.Kind is EngineErrorKind.Damaged or EngineErrorKind.NotFound,
            $"{folder} {damage}: {error.Kind} {error.Message}"
        );
        Assert.False(error.Temporary);
    }

    [Theory]
    [InlineData("data")]
    [InlineData("index")]
    [InlineData("snapshots")]
    public async Task DamageOnTheWayIsMendedByReadingAgain(string folder)
    {
        await Make();
        store.Fail(StoreCall.Read, Fault.Flip, beneath: folder);
        await ReadEverything();
    }

    [Fact]
    public async Task TheErrorNamesBlobAndPack()
    {
        await Make();
        await Damage(await FirstBeneath("data"), "flipped in the middle");
        EngineError error = await Assert.ThrowsAsync<EngineError>(ReadEverything);
        Assert.Matches("blob [0-9a-f]{64} in pack [0-9a-f]{64}", error.Message);
        Assert.NotNull(error.Advice);
    }

    [Theory]
    [InlineData("flipped at the start")]
    [InlineData("flipped in the middle")]
    [InlineData("flipped at the end")]
    [InlineData("cut short")]
    [InlineData("longer")]
    [InlineData("empty")]
    public async Task APackThatIsNotWhatItWasIsFoundByItsVerification(string damage)
    {
        await Make();
        string name = await FirstBeneath("data");
        await Damage(name, damage);
        await using Repository repository = await Open();
        Id pack = Id.Parse(name.AsSpan(name.LastIndexOf('/') + 1));
        long size = (await store.StatAsync(new ObjectName(name), default))!.Value.Size;
        foreach (StoredObject index in await repository.ListIndexesAsync(default))
        {
            PackContent listed = (await repository.LoadIndexObjectAsync(index, default)).Single(one =>
                one.Pack == pack
            );
            Assert.NotEmpty((await repository.VerifyPackAsync(listed, size, default)).Problems);
        }
    }

    [Fact]
    public async Task AnIndexThatIsGoneIsForgotten()
    {
        await Make();
        await using Repository repository = await Open();
        Assert.NotEqual(0, repository.BlobCount);
        await store.DeleteAsync(new ObjectName(await FirstBeneath("index")), default);
        await repository.LoadIndexAsync(default);
        Assert.Equal(0, repository.BlobCount);
    }

    [Fact]
    public async Task ABlobThatAPruneMovedIsFoundAgain()
    {
        await Make();
        await using Repository reader = await Open();
        await using Repository pruner = await Open();
        IReadOnlyList<StoredObject> oldIndexes = await pruner.ListIndexesAsync(default);
        string oldPack = await FirstBeneath("data");
        await using (BlobWriter repack = pruner.CreateRepackWriter())
        {
            foreach (byte[] blob in blobs)
            {
                await repack.SaveAsync(BlobKind.Data, Sha256.Hash(blob), blob, default);
            }
            await repack.FlushAsync(default);
        }
        foreach (StoredObject index in oldIndexes)
        {
            await pruner.DeleteIndexObjectAsync(index.Id, default);
        }
        await pruner.DeletePackAsync(Id.Parse(oldPack.AsSpan(oldPack.LastIndexOf('/') + 1)), default);
        foreach (byte[] blob in blobs)
        {
            using PooledBytes loaded = await reader.LoadBlobAsync(BlobKind.Data, Sha256.Hash(blob), default);
            Assert.Equal(blob, loaded.Span);
        }
    }

    private static Task<Repository> OpenOn(IObjectStore store) =>
        Repository.OpenAsync(store, "password", new RepositoryOptions(), default);

    private async Task<Repository> Open()
    {
        Repository repository = await OpenOn(store);
        await repository.LoadIndexAsync(default);
        return repository;
    }

    private async Task Make()
    {
        await using Repository repository = await Repository.InitAsync(
            store,
            "password",
            new RepositoryOptions(),
            default
        );
        await using BlobWriter writer = repository.CreateWriter();
        foreach (byte[] blob in blobs)
        {
            await writer.SaveAsync(BlobKind.Data, Sha256.Hash(blob), blob, default);
        }
        await writer.FlushAsync(default);
        var snapshot = new Snapshot
        {
            Time = DateTimeOffset.UnixEpoch,
            Tree = Sha256.Hash(blobs[0]),
            Paths = ["/x"],
        };
        await repository.SaveSnapshotAsync(snapshot, default);
    }

    private async Task ReadEverything()
    {
        await using Repository repository = await Open();
        Assert.Single(await repository.ListSnapshotsAsync(default));
        foreach (byte[] blob in blobs)
        {
            using PooledBytes loaded = await repository.LoadBlobAsync(BlobKind.Data, Sha256.Hash(blob), default);
        }
    }

    // The whole of a kind when it is one: of two data packs either will do.
    private async Task<string> FirstBeneath(string folder)
    {
        if (folder == "config")
        {
            return folder;
        }
        var names = new List<string>();
        await foreach (ObjectInfo info in store.ListAsync(folder, default))
        {
            names.Add(info.Name.Value);
        }
        return names.Order(StringComparer.Ordinal).First();
    }

    private async Task Damage(string name, string damage)
    {
        var target = new ObjectName(name);
        long size = (await store.StatAsync(target, default))!.Value.Size;
        byte[] content = new byte[size];
        await store.ReadAsync(target, 0, content, default);
        await store.PutAsync(target, new ReadOnlySequence<byte>(Damaged(content, damage)), default);
    }

    private static byte[] Damaged(byte[] content, string damage)
    {
        switch (damage)
        {
            case "flipped at the start":
                content[0] ^= 1;
                return content;
            case "flipped in the middle":
                content[content.Length / 2] ^= 0x80;
                return content;
            case "flipped at the end":
                content[^1] ^= 1;
                return content;
            case "cut short":
                return content[..(content.Length / 2)];
            case "longer":
                return [.. content, 0];
            case "empty":
                return [];
            default:
                throw new ArgumentOutOfRangeException(nameof(damage));
        }
    }
}
