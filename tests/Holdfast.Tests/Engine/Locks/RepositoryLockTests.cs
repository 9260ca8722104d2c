using Holdfast.Engine;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Locks;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Snapshots;
using Holdfast.Engine.Storage;
using Holdfast.Objects;
using Holdfast.Objects.Memory;
using Holdfast.Testing;
using Holdfast.Testing.Objects;
using Xunit;

namespace Holdfast.Tests.Engine.Locks;

public sealed class RepositoryLockTests : IAsyncLifetime
{
    private readonly SteppedTime time = new();
    private readonly FaultyObjectStore store = new(new MemoryObjectStore());
    private Repository repository = null!;

    public async ValueTask InitializeAsync() =>
        repository = await Repository.InitAsync(store, "password", new RepositoryOptions { Time = time }, default);

    public ValueTask DisposeAsync() => repository.DisposeAsync();

    [Theory]
    [InlineData(false, false, true)]
    [InlineData(false, true, false)]
    [InlineData(true, false, false)]
    [InlineData(true, true, false)]
    public async Task OnlySharedLocksGoTogether(bool first, bool second, bool together)
    {
        await using RepositoryLock held = await Take(first);
        if (together)
        {
            await using RepositoryLock other = await Take(second);
            Assert.Equal(2, (await Stored()).Count);
        }
        else
        {
            EngineError error = await Assert.ThrowsAsync<EngineError>(() => Take(second));
            Assert.Equal((EngineErrorKind.Locked, true), (error.Kind, error.Temporary));
            Assert.Contains(repository.Options.LockUsername, error.Message, StringComparison.Ordinal);
            Assert.Single(await Stored());
        }
    }

    [Fact]
    public async Task ADisposedLockIsGone()
    {
        await (await Take(exclusive: true)).DisposeAsync();
        Assert.Empty(await Stored());
        await using RepositoryLock again = await Take(exclusive: true);
    }

    [Fact]
    public async Task WhoeverLosesTheRaceLeavesNothing()
    {
        Task<RepositoryLock> taking = repository.LockAsync(exclusive: true, default);
        // The other wrote its file after we looked and before we look again.
        await Write(Foreign() with { Exclusive = true });
        await Assert.ThrowsAsync<EngineError>(() => time.RunAsync(taking));
        Assert.Single(await Stored());
    }

    /// <summary>As when it timed out: the store has it, and only the answer is missing.</summary>
    [Fact]
    public async Task ALockWhoseWritingFailedIsNotLeftBehind()
    {
        store.Fail(StoreCall.Put, Fault.Unacknowledged, beneath: "locks/");
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => Take(exclusive: false));
        Assert.Equal(EngineErrorKind.Store, error.Kind);
        Assert.Empty(await Stored());
    }

    [Fact]
    public async Task AForeignLockIsHonouredHoweverOldItIs()
    {
        await Write(Foreign());
        time.Advance(TimeSpan.FromDays(31));
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => Take(exclusive: true));
        Assert.Equal(EngineErrorKind.Locked, error.Kind);
        Assert.Contains("restic unlock", error.Advice, StringComparison.Ordinal);
        Assert.Single(await Stored());
    }

    /// <summary>A container may have our host's name and processes that we do not see.</summary>
    [Fact]
    public async Task ALockOfOurHostIsHonouredThoughItsProcessIsNotToBeSeen()
    {
        await Write(Foreign() with { Hostname = Environment.MachineName, ProcessId = int.MaxValue });
        await Assert.ThrowsAsync<EngineError>(() => Take(exclusive: true));
        Assert.Single(await Stored());
    }

    [Fact]
    public async Task ALockWhoseOperationIsOverIsRemoved()
    {
        await Write(Foreign() with { Username = "operation.3" });
        RepositoryOptions options = repository.Options with
        {
            IsOver = held => Task.FromResult(held.Username == "operation.3"),
        };
        await using Repository service = await Repository.OpenAsync(store, "password", options, default);
        await using RepositoryLock held = await time.RunAsync(service.LockAsync(exclusive: true, default));
        Assert.Single(await Stored());
    }

    [Fact]
    public async Task AnEmptyLockFileIsNoLock()
    {
        await store.PutAsync(RepositoryStore.Name(ObjectKind.Lock, SomeId), default, default);
        await using RepositoryLock held = await Take(exclusive: true);
    }

    [Fact]
    public async Task ALockIsWrittenAnewEveryFiveMinutes()
    {
        await using RepositoryLock held = await Take(exclusive: false);
        LockInfo before = Assert.Single(await Stored());
        time.Advance(TimeSpan.FromMinutes(5.1));
        await Eventually(async () => (await Stored()) is [{ } only] && only.Time > before.Time);
        for (int i = 0; i < 12; i++)
        {
            DateTimeOffset now = time.GetUtcNow();
            time.Advance(TimeSpan.FromMinutes(5.1));
            await Eventually(async () => (await Stored()) is [{ } only] && only.Time > now);
        }
        Assert.False(held.Lost.IsCancellationRequested);
    }

    /// <summary>Else a slow store, with much to be written before the lock's turn, would cost a long backup its lock.</summary>
    [Fact]
    public async Task ALockIsRefreshedWhileAsManyRequestsAsMayBeAreUnderWay()
    {
        var objects = new MemoryObjectStore();
        var slow = new HoldingObjectStore(objects);
        var options = new RepositoryOptions { Time = time, Requests = 1 };
        await using Repository busy = await Repository.InitAsync(slow, "password", options, default);
        await using RepositoryLock held = await time.RunAsync(busy.LockAsync(exclusive: false, default));
        await using BlobWriter writer = busy.CreateWriter();
        byte[] blob = new byte[1000];
        await writer.SaveAsync(BlobKind.Data, Sha256.Hash(blob), blob, default);
        slow.Hold("data/");
        Task writing = writer.FlushAsync(default);
        await slow.Held;

        List<ObjectName> before = await LocksOf(objects);
        time.Advance(TimeSpan.FromMinutes(5.1));
        await Eventually(async () => await LocksOf(objects) is [{ } only] && !before.Contains(only));
        Assert.False(writing.IsCompleted);
        slow.Release();
        await writing;
    }

    [Fact]
    public async Task ALockThatCannotBeRefreshedIsLostBeforeOthersTakeItForStale()
    {
        await using RepositoryLock held = await Take(exclusive: true);
        store.Fail(StoreCall.Put, Fault.Temporarily, times: int.MaxValue, beneath: "locks/");
        time.Advance(TimeSpan.FromMinutes(22));
        Assert.False(held.Lost.IsCancellationRequested);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(held.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task ALockThatSomebodyRemovedIsLost()
    {
        await using RepositoryLock held = await Take(exclusive: true);
        await RemoveLocks();
        var lost = new TaskCompletionSource();
        using CancellationTokenRegistration told = held.Lost.Register(lost.SetResult);
        time.Advance(TimeSpan.FromMinutes(5.1));
        await lost.Task;
    }

    /// <summary>As after a suspension in the middle of a refresh: it had seen the lock before others took it away.</summary>
    [Fact(Timeout = 60_000)]
    public async Task ALockThatSomebodyRemovedWhileItWasWrittenAnewIsLost()
    {
        var holding = new HoldingObjectStore(store);
        await using Repository writing = await Repository.OpenAsync(holding, "password", repository.Options, default);
        await using RepositoryLock held = await time.RunAsync(writing.LockAsync(exclusive: false, default));
        var lost = new TaskCompletionSource();
        using CancellationTokenRegistration told = held.Lost.Register(lost.SetResult);
        holding.Hold("locks/");
        time.Advance(TimeSpan.FromMinutes(5.1));
        await holding.Held;
        await RemoveLocks();
        holding.Release();
        await lost.Task;
        Assert.Empty(await Stored());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task NothingIsCommittedWithoutTheLock(bool suspended)
    {
        await using RepositoryLock held = await Take(exclusive: false);
        await using BlobWriter writer = repository.CreateWriter();
        byte[] blob = [1, 2, 3];
        await writer.SaveAsync(BlobKind.Data, Sha256.Hash(blob), blob, default);
        if (suspended)
        {
            time.Suspend(TimeSpan.FromMinutes(40));
        }
        else
        {
            await RemoveLocks();
        }
        await AssertLost(() => writer.FlushAsync(default));
        Assert.True(held.Lost.IsCancellationRequested);
        await AssertLost(() => repository.SaveSnapshotAsync(SomeSnapshot, default));
        Assert.DoesNotContain(store.Done, done => done.Call == StoreCall.Put && IsCommit(done.Name));
    }

    [Theory]
    [InlineData("index/")]
    [InlineData("snapshots/")]
    public async Task WhatWasWrittenWhileTheLockWentIsTakenBack(string folder)
    {
        var holding = new HoldingObjectStore(store);
        await using Repository writing = await Repository.OpenAsync(holding, "password", repository.Options, default);
        await using RepositoryLock held = await time.RunAsync(writing.LockAsync(exclusive: false, default));
        holding.Hold(folder);
        Task committing =
            folder == "index/"
                ? writing.PublishAsync([new PackContent(SomeId, [])], default)
                : writing.SaveSnapshotAsync(SomeSnapshot, default);
        await holding.Held;
        await RemoveLocks();
        holding.Release();
        await AssertLost(() => committing);
        Assert.Single(store.Done, done => done.Call == StoreCall.Put && IsCommit(done.Name));
        Assert.Single(store.Done, done => done.Call == StoreCall.Delete && IsCommit(done.Name));
    }

    [Fact]
    public async Task ARefreshedLockIsStillHeld()
    {
        await using RepositoryLock held = await Take(exclusive: false);
        LockInfo before = Assert.Single(await Stored());
        time.Advance(TimeSpan.FromMinutes(5.1));
        await Eventually(async () => (await Stored()) is [{ } only] && only.Time > before.Time);
        await repository.SaveSnapshotAsync(SomeSnapshot, default);
        Assert.False(held.Lost.IsCancellationRequested);
    }

    private static Snapshot SomeSnapshot =>
        new()
        {
            Time = DateTimeOffset.UnixEpoch,
            Tree = SomeId,
            Paths = ["/a"],
        };

    private static bool IsCommit(string name) =>
        name.StartsWith("index/", StringComparison.Ordinal) || name.StartsWith("snapshots/", StringComparison.Ordinal);

    private static async Task AssertLost(Func<Task> work)
    {
        EngineError error = await Assert.ThrowsAsync<EngineError>(work);
        Assert.Equal((EngineErrorKind.LockLost, true), (error.Kind, error.Temporary));
    }

    private async Task RemoveLocks()
    {
        await foreach (StoredObject stored in repository.Store.ListAsync(ObjectKind.Lock, default))
        {
            await repository.Store.DeleteAsync(RepositoryStore.Name(ObjectKind.Lock, stored.Id), default);
        }
    }

    private static async Task<List<ObjectName>> LocksOf(MemoryObjectStore objects) =>
        await objects.ListAsync("locks", default).Select(info => info.Name).ToListAsync();

    private static Id SomeId => Id.Parse(new string('a', 64));

    private static LockInfo Foreign() =>
        new()
        {
            Time = new SteppedTime().GetUtcNow(),
            Exclusive = false,
            Hostname = "elsewhere",
            Username = "somebody",
            ProcessId = 1,
        };

    private Task<RepositoryLock> Take(bool exclusive) => time.RunAsync(repository.LockAsync(exclusive, default));

    private Task<Id> Write(LockInfo info) =>
        repository.Unpacked.SaveAsync(ObjectKind.Lock, LockJson.Write(info), default);

    private async Task<List<LockInfo>> Stored()
    {
        var locks = new List<LockInfo>();
        await foreach (StoredObject stored in repository.Store.ListAsync(ObjectKind.Lock, default))
        {
            try
            {
                using PooledBytes json = await repository.Unpacked.LoadAsync(ObjectKind.Lock, stored.Id, default);
                locks.Add(LockJson.Parse(json.Span)!);
            }
            catch (EngineError error) when (error.Kind == EngineErrorKind.NotFound) { }
        }
        return locks;
    }

    /// <summary>The refresh runs beside us; it is over when the condition holds, and the test hangs if it never does.</summary>
    private static async Task Eventually(Func<Task<bool>> condition)
    {
        while (!await condition())
        {
            await Task.Yield();
        }
    }
}
