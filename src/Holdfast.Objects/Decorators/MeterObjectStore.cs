using System.Buffers;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace Holdfast.Objects.Decorators;

/// <summary>
/// Counts calls, errors and bytes, and times the calls, on the meter <see cref="MeterName"/>. Instruments:
/// <c>holdfast_store_calls</c> by operation and outcome (<c>ok</c>, <c>cancelled</c>, or the error's kind),
/// <c>holdfast_store_bytes</c> by direction (<c>in</c>, <c>out</c>), <c>holdfast_store_seconds</c> by operation.
/// </summary>
public sealed class MeterObjectStore : IObjectStore, IDisposable
{
    public const string MeterName = "Holdfast.Objects";

    // A stat on a local disk to a pack over a slow line, with its retries.
    private static readonly double[] Bounds =
    [
        0.0005,
        0.001,
        0.0025,
        0.005,
        0.01,
        0.025,
        0.05,
        0.1,
        0.25,
        0.5,
        1,
        2.5,
        5,
        10,
        30,
    ];

    private readonly IObjectStore inner;
    private readonly TimeProvider time;
    private readonly Counter<long> calls;
    private readonly Counter<long> bytes;
    private readonly Histogram<double> seconds;

    /// <param name="scope">The meter's, by which a listener tells it from others of the name.</param>
    public MeterObjectStore(IObjectStore inner, TimeProvider time, object? scope = null)
    {
        Meter = new Meter(new MeterOptions(MeterName) { Scope = scope });
        this.inner = inner;
        this.time = time;
        calls = Meter.CreateCounter<long>("holdfast_store_calls", "{call}", "Calls to the object store.");
        bytes = Meter.CreateCounter<long>("holdfast_store_bytes", "By", "Bytes to and from the object store.");
        seconds = Meter.CreateHistogram<double>(
            "holdfast_store_seconds",
            "s",
            "How long calls to the store take.",
            tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = Bounds }
        );
    }

    /// <summary>This store's own: a process may have several of the name.</summary>
    internal Meter Meter { get; }

    public async Task PutAsync(ObjectName name, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        await MeasureAsync("put", Task<bool> () => Done(inner.PutAsync(name, content, cancellationToken)));
        CountBytes("in", content.Length);
    }

    public async Task<bool> TryCreateAsync(
        ObjectName name,
        ReadOnlySequence<byte> content,
        CancellationToken cancellationToken
    )
    {
        bool created = await MeasureAsync("create", () => inner.TryCreateAsync(name, content, cancellationToken));
        CountBytes("in", created ? content.Length : 0);
        return created;
    }

    public async Task ReadAsync(
        ObjectName name,
        long offset,
        Memory<byte> destination,
        CancellationToken cancellationToken
    )
    {
        await MeasureAsync("read", () => Done(inner.ReadAsync(name, offset, destination, cancellationToken)));
        CountBytes("out", destination.Length);
    }

    public Task<ObjectInfo?> StatAsync(ObjectName name, CancellationToken cancellationToken) =>
        MeasureAsync("stat", () => inner.StatAsync(name, cancellationToken));

    /// <summary>A listing is one call, timed with what its consumer does meanwhile; its failure is counted too.</summary>
    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        long started = time.GetTimestamp();
        await using IAsyncEnumerator<ObjectInfo> listed = inner
            .ListAsync(prefix, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        while (await NextAsync(listed, started))
        {
            yield return listed.Current;
        }
        Record("list", "ok", started);
    }

    public Task DeleteAsync(ObjectName name, CancellationToken cancellationToken) =>
        MeasureAsync("delete", () => Done(inner.DeleteAsync(name, cancellationToken)));

    public Task<int> RemoveUnfinishedAsync(DateTimeOffset startedBefore, CancellationToken cancellationToken) =>
        MeasureAsync("remove_unfinished", () => inner.RemoveUnfinishedAsync(startedBefore, cancellationToken));

    public void Dispose() => Meter.Dispose();

    private async Task<T> MeasureAsync<T>(string operation, Func<Task<T>> call)
    {
        long started = time.GetTimestamp();
        try
        {
            T result = await call();
            Record(operation, "ok", started);
            return result;
        }
        catch (Exception error)
        {
            Record(operation, Outcome(error), started);
            throw;
        }
    }

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<ObjectInfo> listed, long started)
    {
        try
        {
            return await listed.MoveNextAsync();
        }
        catch (Exception error)
        {
            Record("list", Outcome(error), started);
            throw;
        }
    }

    private void Record(string operation, string outcome, long started)
    {
        calls.Add(1, new KeyValuePair<string, object?>("operation", operation), new("outcome", outcome));
        seconds.Record(
            time.GetElapsedTime(started).TotalSeconds,
            new KeyValuePair<string, object?>("operation", operation)
        );
    }

    private void CountBytes(string direction, long count) =>
        bytes.Add(count, new KeyValuePair<string, object?>("direction", direction));

    private static string Outcome(Exception error) =>
        error switch
        {
            ObjectError store => store.Kind.ToString().ToLowerInvariant(),
            OperationCanceledException => "cancelled",
            _ => "failed",
        };

    private static async Task<bool> Done(Task call)
    {
        await call;
        return true;
    }
}
