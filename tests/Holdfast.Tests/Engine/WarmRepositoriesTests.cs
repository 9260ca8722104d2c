using System.Security.Cryptography;
using Holdfast.Engine;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Snapshots;
using Holdfast.Objects;
using Holdfast.Objects.Memory;
using Holdfast.Testing.Objects;
using Xunit;

namespace Holdfast.Tests.Engine;

/// <summary>A repository opened again in the same process: what it saves, and what it must notice all the same.</summary>
public sealed class WarmRepositoriesTests
{
    private const string Password = "correct horse";

    private static readonly RepositoryOptions Options = new() { PackSize = 128 * 1024, Workers = 1 };

    private readonly WatchedObjectStore store = new(new MemoryObjectStore());
    private readonly Repositories repositories;

    /// <summary>Another process, or another node: it shares nothing but the store.</summary>
    private readonly Repositories others;

    public WarmRepositoriesTests()
    {
        repositories = new Repositories(store);
        others = new Repositories(store);
    }

    [Fact]
    public async Task NeitherKeyNorIndexIsReadTwice()
    {
        await MakeAsync();
        Id blob = await AddAsync(repositories, 1);
        await using (await OpenLoadedAsync(repositories)) { }
        store.Reads.Clear();

        await using Repository again = await OpenLoadedAsync(repositories);

        Assert.Equal(0, ReadsOf("keys") + ReadsOf("index"));
        Assert.True(again.Contains(BlobKind.Data, blob));
        using PooledBytes content = await again.LoadBlobAsync(BlobKind.Data, blob, default);
        Assert.Equal(Content(1), content.Span.ToArray());
    }

    [Fact]
    public async Task NothingIsKnownBeforeTheStoreWasAsked()
    {
        await MakeAsync();
        Id blob = await AddAsync(repositories, 1);

        await using Repository again = await repositories.OpenAsync("p", Password, Options, default);

        Assert.False(again.Contains(BlobKind.Data, blob));
    }

    [Fact]
    public async Task WhatOthersAddedAndRemovedMeanwhileIsNoticed()
    {
        await MakeAsync();
        Id stays = await AddAsync(repositories, 1);
        List<ObjectName> before = await ListAsync("p/index");
        Id goes = await AddAsync(repositories, 2);
        ObjectName pruned = Assert.Single(await ListAsync("p/index"), name => !before.Contains(name));
        Id comes = await AddAsync(others, 3);

        await using (Repository more = await OpenLoadedAsync(repositories))
        {
            Assert.True(more.Contains(BlobKind.Data, stays));
            Assert.True(more.Contains(BlobKind.Data, goes));
            Assert.True(more.Contains(BlobKind.Data, comes));
        }
        await store.DeleteAsync(pruned, default);
        await using Repository fewer = await OpenLoadedAsync(repositories);

        Assert.True(fewer.Contains(BlobKind.Data, stays));
        Assert.False(fewer.Contains(BlobKind.Data, goes));
        Assert.True(fewer.Contains(BlobKind.Data, comes));
    }

    [Fact]
    public async Task SnapshotsAreReadOnceAndListedAsOftenAsAskedFor()
    {
        await MakeAsync();
        Id stays = await CommitAsync(repositories, "/stays");
        Id goes = await CommitAsync(others, "/goes");
        Assert.Equal([stays, goes], await SnapshotsAsync());
        Id comes = await CommitAsync(others, "/comes");
        await store.DeleteAsync(new ObjectName($"p/snapshots/{goes}"), default);
        store.Reads.Clear();

        Assert.Equal([stays, comes], await SnapshotsAsync());
        Assert.Equal(1, ReadsOf("snapshots"));
        Assert.Equal([stays, comes], await SnapshotsAsync());
        Assert.Equal(1, ReadsOf("snapshots"));

        async Task<Id[]> SnapshotsAsync()
        {
            await using Repository repository = await repositories.OpenAsync("p", Password, Options, default);
            return [.. (await repository.ListSnapshotsAsync(default)).Select(snapshot => snapshot.Id)];
        }
    }

    [Fact]
    public async Task AnotherPasswordOpensNothing()
    {
        await MakeAsync();
        await using (await OpenLoadedAsync(repositories)) { }

        EngineError error = await Assert.ThrowsAsync<EngineError>(() =>
            repositories.OpenAsync("p", "another", Options, default)
        );

        Assert.Equal(EngineErrorKind.WrongPassword, error.Kind);
    }

    [Fact]
    public async Task AKeyThatWasRemovedOpensNothing()
    {
        await MakeAsync();
        await using (await OpenLoadedAsync(repositories)) { }
        await store.DeleteAsync(Assert.Single(await ListAsync("p/keys")), default);

        EngineError error = await Assert.ThrowsAsync<EngineError>(() =>
            repositories.OpenAsync("p", Password, Options, default)
        );

        Assert.Equal(EngineErrorKind.Damaged, error.Kind);
    }

    [Fact]
    public async Task ARepositoryThatWasRemovedIsGoneAndItsSuccessorIsAnother()
    {
        await MakeAsync();
        Id blob = await AddAsync(repositories, 1);
        await using (await OpenLoadedAsync(repositories)) { }
        foreach (ObjectName name in await ListAsync("p"))
        {
            await store.DeleteAsync(name, default);
        }

        EngineError error = await Assert.ThrowsAsync<EngineError>(() =>
            repositories.OpenAsync("p", Password, Options, default)
        );
        Assert.Equal(EngineErrorKind.NotFound, error.Kind);
        await using Repository made = await others.InitAsync("p", Password, Options, default);
        await using Repository again = await OpenLoadedAsync(repositories);

        Assert.Equal(made.Id, again.Id);
        Assert.False(again.Contains(BlobKind.Data, blob));
    }

    [Fact]
    public async Task TwoAtOnceShareTheIndexAndNothingElse()
    {
        await MakeAsync();
        await using Repository one = await OpenLoadedAsync(repositories);
        Repository two = await OpenLoadedAsync(repositories);
        await using RepositoryLock held = await one.LockAsync(exclusive: false, default);
        RepositoryLock other = await two.LockAsync(exclusive: false, default);

        Id[] ids = await Task.Run(() => WriteAsync(one, 0, 60));
        Task<Id[]> fromOne = Task.Run(() => WriteAsync(one, 40, 140));
        Task<Id[]> fromTwo = Task.Run(() => WriteAsync(two, 20, 100));
        await Task.WhenAll(fromOne, fromTwo);

        Assert.All(ids, id => Assert.True(two.Contains(BlobKind.Data, id)));
        // What the one lets go of, the other keeps.
        await other.DisposeAsync();
        await two.DisposeAsync();
        Assert.False(held.Lost.IsCancellationRequested);
        Id last = Assert.Single(await WriteAsync(one, 500, 501));
        await using Repository cold = await OpenLoadedAsync(others);
        foreach (Id id in ids.Concat(await fromOne).Concat(await fromTwo).Append(last))
        {
            (await cold.LoadBlobAsync(BlobKind.Data, id, default)).Dispose();
        }
    }

    [Fact]
    public async Task AnIndexBeyondTheBoundIsLoadedAgainAndTheKeyIsNot()
    {
        var small = new Repositories(store, keptBytes: 1);
        await MakeAsync();
        await AddAsync(small, 1);
        Id blob = await AddAsync(small, 2);
        await using (await OpenLoadedAsync(small)) { }
        store.Reads.Clear();

        await using Repository again = await OpenLoadedAsync(small);

        Assert.Equal((0, 2), (ReadsOf("keys"), ReadsOf("index")));
        Assert.True(again.Contains(BlobKind.Data, blob));
    }

    [Fact]
    public async Task ALoadThatFailedHalfwayLeavesNothingBehind()
    {
        await MakeAsync();
        await using (await OpenLoadedAsync(repositories)) { }
        Id[] blobs = [await AddAsync(others, 1), await AddAsync(others, 2)];
        List<ObjectName> indexes = [];
        store.BeforeRead = name =>
        {
            if (name.Value.StartsWith("p/index/", StringComparison.Ordinal))
            {
                indexes.Add(name);
                _ = indexes.Count == 2 ? throw new ObjectError(ObjectErrorKind.Unavailable, true, "gone") : 0;
            }
        };
        await Assert.ThrowsAsync<EngineError>(() => OpenLoadedAsync(repositories));
        store.BeforeRead = null;
        await store.DeleteAsync(indexes[0], default);

        await using Repository again = await OpenLoadedAsync(repositories);

        Assert.Equal(1, again.BlobCount);
        Assert.Single(blobs, blob => again.Contains(BlobKind.Data, blob));
    }

    private async Task MakeAsync() => await (await others.InitAsync("p", Password, Options, default)).DisposeAsync();

    private static async Task<Repository> OpenLoadedAsync(Repositories from)
    {
        Repository repository = await from.OpenAsync("p", Password, Options, default);
        await repository.LoadIndexAsync(default);
        return repository;
    }

    /// <summary>One blob, in an index object of its own.</summary>
    private static async Task<Id> AddAsync(Repositories by, int seed)
    {
        await using Repository repository = await OpenLoadedAsync(by);
        return Assert.Single(await WriteAsync(repository, seed, seed + 1));
    }

    private static async Task<Id> CommitAsync(Repositories by, string path)
    {
        await using Repository repository = await by.OpenAsync("p", Password, Options, default);
        Snapshot snapshot = new()
        {
            Time = TimeProvider.System.GetUtcNow(),
            Tree = new Id(SHA256.HashData(Content(1))),
            Paths = [path],
        };
        return (await repository.SaveSnapshotAsync(snapshot, default)).Id;
    }

    private static async Task<Id[]> WriteAsync(Repository repository, int from, int to)
    {
        await using BlobWriter writer = repository.CreateWriter();
        var ids = new List<Id>();
        for (int seed = from; seed < to; seed++)
        {
            byte[] content = Content(seed);
            ids.Add(new Id(SHA256.HashData(content)));
            await writer.SaveAsync(BlobKind.Data, ids[^1], content, default);
        }
        await writer.FlushAsync(default);
        return [.. ids];
    }

    private static byte[] Content(int seed)
    {
        byte[] content = new byte[4096];
        new Random(seed).NextBytes(content);
        return content;
    }

    private int ReadsOf(string folder) =>
        store.Reads.Count(name => name.Value.StartsWith($"p/{folder}/", StringComparison.Ordinal));

    private async Task<List<ObjectName>> ListAsync(string prefix)
    {
        List<ObjectName> names = [];
        await foreach (ObjectInfo info in store.ListAsync(prefix, default))
        {
            names.Add(info.Name);
        }
        return names;
    }
}
