using System.Buffers;
using System.Runtime.CompilerServices;
using Holdfast.Objects;

namespace Holdfast.Tests.Engine.Maintenance;

/// <summary>
/// A store as a process sees it that dies at its n-th write: that write and every later one, deletions included, never
/// happens. Reads go on, as they would for whoever comes next; or, if they count too, it dies at its n-th request.
/// </summary>
internal sealed class DyingStore(IObjectStore inner, int requestsToLive, bool readsCount = false) : IObjectStore
{
    private int requests;

    public bool Died => Volatile.Read(ref requests) > requestsToLive;

    /// <summary>Called when the request comes that does not happen any more.</summary>
    public Action Dying { get; set; } = () => { };

    public Task PutAsync(ObjectName name, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        LiveOrDie(name.Value, cancellationToken);
        return inner.PutAsync(name, content, cancellationToken);
    }

    public Task<bool> TryCreateAsync(
        ObjectName name,
        ReadOnlySequence<byte> content,
        CancellationToken cancellationToken
    )
    {
        LiveOrDie(name.Value, cancellationToken);
        return inner.TryCreateAsync(name, content, cancellationToken);
    }

    public Task DeleteAsync(ObjectName name, CancellationToken cancellationToken)
    {
        LiveOrDie(name.Value, cancellationToken);
        return inner.DeleteAsync(name, cancellationToken);
    }

    public Task ReadAsync(ObjectName name, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ReadOrDie(name.Value, cancellationToken);
        return inner.ReadAsync(name, offset, destination, cancellationToken);
    }

    public Task<ObjectInfo?> StatAsync(ObjectName name, CancellationToken cancellationToken)
    {
        ReadOrDie(name.Value, cancellationToken);
        return inner.StatAsync(name, cancellationToken);
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ReadOrDie(prefix, cancellationToken);
        await foreach (ObjectInfo info in inner.ListAsync(prefix, cancellationToken))
        {
            yield return info;
        }
    }

    public Task<int> RemoveUnfinishedAsync(DateTimeOffset startedBefore, CancellationToken cancellationToken) =>
        inner.RemoveUnfinishedAsync(startedBefore, cancellationToken);

    private void ReadOrDie(string name, CancellationToken cancellationToken)
    {
        if (readsCount)
        {
            LiveOrDie(name, cancellationToken);
        }
    }

    private void LiveOrDie(string name, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref requests) <= requestsToLive)
        {
            return;
        }
        Dying();
        cancellationToken.ThrowIfCancellationRequested();
        throw new ObjectError(
            ObjectErrorKind.Unavailable,
            temporary: false,
            $"The process died before it came to '{name}'."
        );
    }
}
