using System.Buffers;
using System.Runtime.CompilerServices;
using Holdfast.Objects;
using Holdfast.Testing.Objects;

namespace Holdfast.Testing.Remote;

/// <summary>A store across a network: each request travels before it is answered, and is counted.</summary>
/// <param name="inner">What answers.</param>
/// <param name="travel">Called with each request, which is under way until it is answered.</param>
public sealed class RemoteObjectStore(IObjectStore inner, Func<StoreRequest, CancellationToken, Task> travel)
    : IObjectStore
{
    /// <summary>As S3: so many objects are listed with one request.</summary>
    public const int ListPage = 1000;

    public RequestTally Tally { get; } = new();

    /// <summary>A store whose every request takes so long, and whatever the inner one needs.</summary>
    public static RemoteObjectStore Taking(IObjectStore inner, TimeSpan time, TimeProvider clock) =>
        new(inner, (_, token) => Task.Delay(time, clock, token));

    public async Task PutAsync(ObjectName name, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        using Journey journey = await SendAsync(StoreCall.Put, name.Value, content.Length, cancellationToken);
        await inner.PutAsync(name, content, cancellationToken);
    }

    public async Task<bool> TryCreateAsync(
        ObjectName name,
        ReadOnlySequence<byte> content,
        CancellationToken cancellationToken
    )
    {
        using Journey journey = await SendAsync(StoreCall.TryCreate, name.Value, content.Length, cancellationToken);
        return await inner.TryCreateAsync(name, content, cancellationToken);
    }

    public async Task ReadAsync(
        ObjectName name,
        long offset,
        Memory<byte> destination,
        CancellationToken cancellationToken
    )
    {
        using Journey journey = await SendAsync(StoreCall.Read, name.Value, destination.Length, cancellationToken);
        await inner.ReadAsync(name, offset, destination, cancellationToken);
    }

    public async Task<ObjectInfo?> StatAsync(ObjectName name, CancellationToken cancellationToken)
    {
        using Journey journey = await SendAsync(StoreCall.Stat, name.Value, 0, cancellationToken);
        return await inner.StatAsync(name, cancellationToken);
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using IAsyncEnumerator<ObjectInfo> listed = inner
            .ListAsync(prefix, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        List<ObjectInfo> page = [];
        do
        {
            page.Clear();
            using (await SendAsync(StoreCall.List, prefix, 0, cancellationToken))
            {
                while (page.Count < ListPage && await listed.MoveNextAsync())
                {
                    page.Add(listed.Current);
                }
            }
            foreach (ObjectInfo info in page)
            {
                yield return info;
            }
        } while (page.Count == ListPage);
    }

    public async Task DeleteAsync(ObjectName name, CancellationToken cancellationToken)
    {
        using Journey journey = await SendAsync(StoreCall.Delete, name.Value, 0, cancellationToken);
        await inner.DeleteAsync(name, cancellationToken);
    }

    /// <summary>Not counted: what a store offers for this differs from one to the other.</summary>
    public Task<int> RemoveUnfinishedAsync(DateTimeOffset startedBefore, CancellationToken cancellationToken) =>
        inner.RemoveUnfinishedAsync(startedBefore, cancellationToken);

    private async Task<Journey> SendAsync(StoreCall call, string name, long bytes, CancellationToken cancellationToken)
    {
        var request = new StoreRequest(call, name, bytes);
        Tally.Begin(in request);
        try
        {
            await travel(request, cancellationToken);
            return new Journey(Tally);
        }
        catch
        {
            Tally.End();
            throw;
        }
    }

    private readonly struct Journey(RequestTally tally) : IDisposable
    {
        public void Dispose() => tally.End();
    }
}
