using Holdfast.Objects;
using Holdfast.Objects.Memory;
using Holdfast.Testing.Objects;
using Holdfast.Testing.Remote;
using Xunit;

namespace Holdfast.Tests.Remote;

public sealed class RemoteObjectStoreTests : ObjectStoreSuite
{
    private readonly RemoteObjectStore store = RemoteObjectStore.Taking(
        new MemoryObjectStore(),
        TimeSpan.FromTicks(1),
        TimeProvider.System
    );

    protected override IObjectStore Store => store;

    [Fact]
    public async Task EveryThousandObjectsAreARequest()
    {
        for (int i = 0; i < RemoteObjectStore.ListPage; i++)
        {
            await Put($"few/{i}", []);
        }
        await Put("none/x", []);
        store.Tally.Reset();
        Assert.Equal(1, await CountAsync("none"));
        Assert.Single(store.Tally.Requests);
        Assert.Equal(RemoteObjectStore.ListPage, await CountAsync("few"));
        // A full page does not say that it was the last.
        Assert.Equal(3, store.Tally.Requests.Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task AGateOpensWhenSoManyAreUnderWay()
    {
        var gate = new RequestGate(3, request => request.Call == StoreCall.Stat);
        var gated = new RemoteObjectStore(new MemoryObjectStore(), gate.PassAsync);
        Task<ObjectInfo?>[] first = [Stat(), Stat()];
        Assert.False(gate.IsOpen);
        Assert.DoesNotContain(first, call => call.IsCompleted);
        await Task.WhenAll([.. first, Stat()]);
        Assert.Equal((3, 3), (gated.Tally.Requests.Count, gated.Tally.MostInFlight));

        Task<ObjectInfo?> Stat() => gated.StatAsync(new ObjectName("x"), Token);
    }

    private async Task<int> CountAsync(string prefix) => await store.ListAsync(prefix, Token).CountAsync(Token);
}
