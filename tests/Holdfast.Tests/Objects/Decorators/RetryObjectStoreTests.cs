using Holdfast.Objects;
using Holdfast.Objects.Decorators;
using Holdfast.Objects.Memory;
using Holdfast.Testing;
using Holdfast.Testing.Objects;
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

    [Fact]
    public async Task AListingThatBreaksOffIsSeenOnceAndWhole()
    {
        for (int i = 0; i < 5; i++)
        {
            await Put($"a/{i}", [1]);
        }
        faulty.Fail(StoreCall.List, Fault.Temporarily, times: 3);
        Assert.Equal(["a/0", "a/1", "a/2", "a/3", "a/4"], await ListAsync("a"));
    }
}
