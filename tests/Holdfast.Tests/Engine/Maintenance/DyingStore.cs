using System.Buffers;
using Holdfast.Objects;

namespace Holdfast.Tests.Engine.Maintenance;

/// <summary>
/// A store as a process sees it that dies at its n-th write: that write and every later one, deletions included, never
/// happens. Reads go on, as they would for whoever comes next.
/// </summary>
internal sealed class DyingStore(IObjectStore inner, int writesToLive) : IObjectStore
{
    private int writes;

    public bool Died => Volatile.Read(ref writes) > writesToLive;

    /// <summary>Called when the write comes that does not happen any more.</summary>
    public Action Dying { get; set; } = () => { };

    public Task PutAsync(ObjectName name, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        LiveOrDie(name, cancellationToken);
        return inner.PutAsync(name, content, cancellationToken);
    }

    public Task<bool> TryCreateAsync(
        ObjectName name,
        ReadOnlySequence<byte> content,
        CancellationToken cancellationToken
    )
    {
        LiveOrDie(name, cancellationToken);
        return inner.TryCreateAsync(name, content, cancellationToken);
    }

    public Task DeleteAsync(ObjectName name, CancellationToken cancellationToken)
    {
        LiveOrDie(name, cancellationToken);
        return inner.DeleteAsync(name, cancellationToken);
    }

    public Task ReadAsync(
        ObjectName name,
        long offset,
        Memory<byte> destination,
        CancellationToken cancellationToken
    ) => inner.ReadAsync(name, offset, destination, cancellationToken);

    public Task<ObjectInfo?> StatAsync(ObjectName name, CancellationToken cancellationToken) =>
        inner.StatAsync(name, cancellationToken);

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, cancellationToken);

    public Task<int> RemoveUnfinishedAsync(DateTimeOffset startedBefore, CancellationToken cancellationToken) =>
        inner.RemoveUnfinishedAsync(startedBefore, cancellationToken);

    private void LiveOrDie(ObjectName name, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref writes) <= writesToLive)
        {
            return;
        }
        Dying();
        cancellationToken.ThrowIfCancellationRequested();
        throw new ObjectError(
            ObjectErrorKind.Unavailable,
            temporary: false,
            $"The process died before writing {name}."
        );
    }
}
