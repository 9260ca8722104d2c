using System.Buffers;
using Holdfast.Objects;
using Holdfast.Objects.Decorators;
using Holdfast.Objects.Memory;
using Holdfast.Testing;
using Holdfast.Testing.Objects;
using Holdfast.Testing.Remote;
using Xunit;

namespace Holdfast.Tests.Objects.Decorators;

public sealed class RetryObjectStoreTests : ObjectStoreSuite
{
    private readonly EagerTime time = new();
    private readonly FaultyObjectStore faulty = new(new MemoryObjectStore());

    public RetryObjectStoreTests() => Store = new RetryObjectStore(faulty, new RetryOptions(), time);

    protected override IObjectStore Store { get; }

    [Fact]
    public async Task WhatFailsThreeTimesSucceedsTheFourth()
    {
        faulty.Fail(StoreCall.Put, Fault.Temporarily, times: 3);
        await Put("x", [1]);
        Assert.Equal([1], await ReadAsync("x"));
        Assert.InRange(time.Elapsed, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task TheFourthFailureIsThrownAsItIs()
    {
        faulty.Fail(StoreCall.Delete, Fault.Temporarily, times: 4);
        ObjectError error = await AssertFails(
            ObjectErrorKind.Unavailable,
            () => Store.DeleteAsync(new ObjectName("x"), Token)
        );
        Assert.True(error.Temporary);
        await Store.DeleteAsync(new ObjectName("x"), Token);
    }

    [Fact]
    public async Task WhatIsPermanentIsNotTriedAgain()
    {
        faulty.Fail(StoreCall.Put, Fault.Permanently);
        await AssertFails(ObjectErrorKind.Failed, () => Put("x", [1]));
        Assert.Equal(TimeSpan.Zero, time.Elapsed);
        await Put("x", [1]);
    }

    [Fact]
    public async Task AfterTwentySecondsNoTryBegins()
    {
        var slow = new RetryObjectStore(faulty, new RetryOptions { FirstDelay = TimeSpan.FromDays(1) }, time);
        faulty.Fail(StoreCall.Stat, Fault.Temporarily, times: 2);
        await AssertFails(ObjectErrorKind.Unavailable, () => slow.StatAsync(new ObjectName("x"), Token));
    }

    /// <summary>As a large object on a slow line: the time within which it is tried again begins with the failure.</summary>
    [Fact]
    public async Task WhatTookLongBeforeItFailedIsTriedAgain()
    {
        var distant = new RemoteObjectStore(
            faulty,
            (_, _) =>
            {
                time.Advance(TimeSpan.FromSeconds(25));
                return Task.CompletedTask;
            }
        );
        var retrying = new RetryObjectStore(distant, new RetryOptions(), time);
        faulty.Fail(StoreCall.Put, Fault.Temporarily);
        await retrying.PutAsync(new ObjectName("x"), new ReadOnlySequence<byte>([1]), Token);
        Assert.Equal([1], await ReadAsync("x"));
    }

    [Fact]
    public async Task ALostAnswerDoesNotDenyWhatWeCreated()
    {
        faulty.Fail(StoreCall.TryCreate, Fault.Unacknowledged);
        Assert.True(await Create("x", [1]));
    }

    [Fact]
    public async Task ALostAnswerDoesNotClaimWhatOthersCreated()
    {
        Assert.True(await Create("x", [1]));
        faulty.Fail(StoreCall.TryCreate, Fault.Temporarily);
        Assert.False(await Create("x", [2]));
    }
}
