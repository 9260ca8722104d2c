using System.Buffers;
using Holdfast.Objects;

namespace Holdfast.Testing.Objects;

/// <summary>A store whose writes, or reads, hang when told to, until they are released or cancelled: a server that does not answer.</summary>
public sealed class HoldingObjectStore(IObjectStore inner) : IObjectStore
{
    private readonly TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? beneath;
    private volatile string? readBeneath;

    /// <summary>Completes with the first call that hangs.</summary>
    public Task Held => held.Task;

    /// <summary>Writes of names that begin with this hang from now on.</summary>
    public void Hold(string prefix) => beneath = prefix;

    /// <summary>Reads of names that begin with this hang from now on.</summary>
    public void HoldReads(string prefix) => readBeneath = prefix;

    /// <summary>Lets those that hang go on, and no more hang.</summary>
    public void Release()
    {
        (beneath, readBeneath) = (null, null);
        released.TrySetResult();
    }

    public async Task PutAsync(ObjectName name, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        await WaitAsync(name, beneath, cancellationToken);
        await inner.PutAsync(name, content, cancellationToken);
    }

    public async Task<bool> TryCreateAsync(
        ObjectName name,
        ReadOnlySequence<byte> content,
        CancellationToken cancellationToken
    )
    {
        await WaitAsync(name, beneath, cancellationToken);
        return await inner.TryCreateAsync(name, content, cancellationToken);
    }

    public async Task ReadAsync(
        ObjectName name,
        long offset,
        Memory<byte> destination,
        CancellationToken cancellationToken
    )
    {
        await WaitAsync(name, readBeneath, cancellationToken);
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

    private async Task WaitAsync(ObjectName name, string? prefix, CancellationToken cancellationToken)
    {
        if (prefix is not null && name.Value.StartsWith(prefix, StringComparison.Ordinal))
        {
            held.TrySetResult();
            await released.Task.WaitAsync(cancellationToken);
        }
    }
}
