using Holdfast.Objects;
using Holdfast.Objects.Memory;
using Holdfast.Testing.Objects;
using Xunit;

namespace Holdfast.Tests.Objects;

/// <summary>The double is a store like any other until it is told to fail.</summary>
public sealed class FaultyObjectStoreTests : ObjectStoreSuite
{
    private readonly FaultyObjectStore store = new(new MemoryObjectStore());

    protected override IObjectStore Store => store;

    [Fact]
    public async Task TheNthCallFailsAndLeavesNothing()
    {
        store.Fail(StoreCall.Put, Fault.Full, nth: 2, beneath: "data/");
        await Put("data/1", [1]);
        await Put("index/1", [1]);
        ObjectError error = await AssertFails(ObjectErrorKind.Full, () => Put("data/2", [1]));
        Assert.True(error.Temporary);
        await Put("data/3", [1]);
        Assert.Equal(["data/1", "data/3", "index/1"], await ListAsync(""));
    }

    [Fact]
    public async Task ALostAnswerHasItsEffect()
    {
        store.Fail(StoreCall.Put, Fault.Unacknowledged);
        await AssertFails(ObjectErrorKind.Unavailable, () => Put("x", [1]));
        Assert.Equal([1], await ReadAsync("x"));
    }

    [Fact]
    public async Task AFlippedBitIsFlippedOnce()
    {
        await Put("x", [0, 0, 0]);
        store.Fail(StoreCall.Read, Fault.Flip);
        Assert.Contains(await ReadAsync("x"), value => value != 0);
        Assert.DoesNotContain(await ReadAsync("x"), value => value != 0);
    }
}
