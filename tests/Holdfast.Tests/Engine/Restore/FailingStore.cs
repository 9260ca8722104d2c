using System.Buffers;
using Holdfast.Objects;

namespace Holdfast.Tests.Engine.Restore;

/// <summary>A store whose reads of packs call something first, with the number of the read.</summary>
internal sealed class FailingStore(IObjectStore inner, Action<int> onPackRead) : IObjectStore
{
    private int reads;

    public Task ReadAsync(ObjectName name, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (name.Value.StartsWith("data/", StringComparison.Ordinal))
        {
            onPackRead(Interlocked.Increment(ref reads));
        }
        return inner.ReadAsync(name, offset, destination, cancellationToken);
    }

    public Task PutAsync(ObjectName name, ReadOnlySequence<byte> content, CancellationToken cancellationToken) =>
        inner.PutAsync(name, content, cancellationToken);

    public Task<bool> TryCreateAsync(
        ObjectName name,
        ReadOnlySequence<byte> content,
        CancellationToken cancellationToken
    ) => inner.TryCreateAsync(name, content, cancellationToken);

    public Task<ObjectInfo?> StatAsync(ObjectName name, CancellationToken cancellationToken) =>
        inner.StatAsync(name, cancellationToken);

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, cancellationToken);

    public Task DeleteAsync(ObjectName name, CancellationToken cancellationToken) =>
        inner.DeleteAsync(name, cancellationToken);

    public Task<int> RemoveUnfinishedAsync(DateTimeOffset startedBefore, CancellationToken cancellationToken) =>
        inner.RemoveUnfinishedAsync(startedBefore, cancellationToken);
}
