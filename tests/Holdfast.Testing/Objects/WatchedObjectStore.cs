using System.Buffers;
using System.Collections.Concurrent;
using Holdfast.Objects;

namespace Holdfast.Testing.Objects;

/// <summary>Passes everything on, remembers which objects were read, and lets a test act before a read.</summary>
public sealed class WatchedObjectStore(IObjectStore inner) : IObjectStore
{
    public ConcurrentQueue<ObjectName> Reads { get; } = [];

    /// <summary>What it throws, the read throws.</summary>
    public Action<ObjectName>? BeforeRead { get; set; }

    public Task PutAsync(ObjectName name, ReadOnlySequence<byte> content, CancellationToken cancellationToken) =>
        inner.PutAsync(name, content, cancellationToken);

    public Task<bool> TryCreateAsync(
        ObjectName name,
        ReadOnlySequence<byte> content,
        CancellationToken cancellationToken
    ) => inner.TryCreateAsync(name, content, cancellationToken);

    public async Task ReadAsync(
        ObjectName name,
        long offset,
        Memory<byte> destination,
        CancellationToken cancellationToken
    )
    {
        Reads.Enqueue(name);
        BeforeRead?.Invoke(name);
        await inner.ReadAsync(name, offset, destination, cancellationToken);
    }

    public Task<ObjectInfo?> StatAsync(ObjectName name, CancellationToken cancellationToken) =>
        inner.StatAsync(name, cancellationToken);

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, cancellationToken);

    public Task DeleteAsync(ObjectName name, CancellationToken cancellationToken) =>
        inner.DeleteAsync(name, cancellationToken);

    public Task<int> RemoveUnfinishedAsync(DateTimeOffset startedBefore, CancellationToken cancellationToken) =>
        inner.RemoveUnfinishedAsync(startedBefore, cancellationToken);
}
