using Holdfast.Core.Workers;
using Holdfast.Engine;
using Holdfast.Objects.Memory;
using Holdfast.Testing;
using Holdfast.Testing.Objects;
using Xunit;

namespace Holdfast.Tests.Core.Workers;

public sealed class LockedWorkTests : IAsyncLifetime
{
    private readonly SteppedTime time = new();
    private readonly FaultyObjectStore store = new(new MemoryObjectStore());
    private Repository repository = null!;

    public async ValueTask InitializeAsync() =>
        repository = await Repository.InitAsync(store, "password", new RepositoryOptions { Time = time }, default);

    public ValueTask DisposeAsync() => repository.DisposeAsync();

    [Fact]
    public async Task Work_whose_lock_is_lost_stops_and_may_be_tried_again()
    {
        await using RepositoryLock held = await time.RunAsync(repository.LockAsync(exclusive: true, default));
        Task work = held.WhileHeldAsync(ForeverAsync, default);
        store.Fail(StoreCall.Put, Fault.Temporarily, times: int.MaxValue, beneath: "locks/");
        time.Advance(TimeSpan.FromMinutes(30));
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => work);
        Assert.Equal((EngineErrorKind.LockLost, true), (error.Kind, error.Temporary));
    }

    [Fact]
    public async Task Work_that_is_told_to_stop_is_cancelled_as_ever()
    {
        await using RepositoryLock held = await time.RunAsync(repository.LockAsync(exclusive: true, default));
        using CancellationTokenSource stop = new();
        Task work = held.WhileHeldAsync(ForeverAsync, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);
    }

    private static Task ForeverAsync(CancellationToken token) =>
        Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
}
