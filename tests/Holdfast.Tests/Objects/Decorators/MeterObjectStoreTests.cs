using System.Diagnostics.Metrics;
using Holdfast.Objects;
using Holdfast.Objects.Decorators;
using Holdfast.Objects.Memory;
using Holdfast.Testing.Objects;
using Xunit;

namespace Holdfast.Tests.Objects.Decorators;

public sealed class MeterObjectStoreTests : ObjectStoreSuite, IDisposable
{
    private readonly FaultyObjectStore faulty = new(new MemoryObjectStore());
    private readonly MeterObjectStore store;

    public MeterObjectStoreTests() => store = new MeterObjectStore(faulty, TimeProvider.System);

    protected override IObjectStore Store => store;

    [Fact]
    public async Task CountsCallsErrorsAndBytes()
    {
        var sums = new Dictionary<string, long>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        // Instruments of this test's own store, not of those that run beside it.
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (ReferenceEquals(instrument.Meter, store.Meter))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>(
            (instrument, value, tags, _) =>
            {
                string key = string.Join(' ', [instrument.Name, .. tags.ToArray().Select(tag => tag.Value)]);
                sums[key] = sums.GetValueOrDefault(key) + value;
            }
        );
        listener.Start();

        await Put("x", new byte[100]);
        _ = await ReadAsync("x");
        _ = await ListAsync("");
        faulty.Fail(StoreCall.Put, Fault.Full);
        await AssertFails(ObjectErrorKind.Full, () => Put("y", new byte[50]));

        Assert.Equal(1, sums["holdfast_store_calls put ok"]);
        Assert.Equal(1, sums["holdfast_store_calls put full"]);
        Assert.Equal(1, sums["holdfast_store_calls read ok"]);
        Assert.Equal(1, sums["holdfast_store_calls stat ok"]);
        Assert.Equal(1, sums["holdfast_store_calls list ok"]);
        Assert.Equal(100, sums["holdfast_store_bytes in"]);
        Assert.Equal(100, sums["holdfast_store_bytes out"]);
    }

    public void Dispose() => store.Dispose();
}
