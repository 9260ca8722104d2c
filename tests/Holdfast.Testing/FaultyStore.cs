using System.Buffers;
using Holdfast.Objects;

namespace Holdfast.Testing;

/// <summary>
/// A store that fails when told to, with a temporary <see cref="ObjectErrorKind.Unavailable"/>, and passes everything
/// else on. What fails has not happened.
/// </summary>
public sealed class FaultyStore(IObjectStore inner) : IObjectStore
{
    public Func<ObjectName, bool> FailPut { get; set; } = _ => false;
    public Func<ObjectName, bool> FailRead { get; set; } = _ => false;
    public Func<ObjectName, bool> FailDelete { get; set; } = _ => false;

    public Task PutAsync(ObjectName name, ReadOnlySequence<byte> content, CancellationToken cancellationToken) =>
        FailPut(name) ? throw Failure("put", name) : inner.PutAsync(name, content, cancellationToken);

    public Task<bool> TryCreateAsync(
        ObjectName name,
        ReadOnlySequence<byte> content,
        CancellationToken cancellationToken
    ) => FailPut(name) ? throw Failure("create", name) : inner.TryCreateAsync(name, content, cancellationToken);

    public Task ReadAsync(
        ObjectName name,
        long offset,
        Memory<byte> destination,
        CancellationToken cancellationToken
    ) => FailRead(name) ? throw Failure("read", name) : inner.ReadAsync(name, offset, destination, cancellationToken);

    public Task<ObjectInfo?> StatAsync(ObjectName name, CancellationToken cancellationToken) =>
        FailRead(name) ? throw Failure("stat", name) : inner.StatAsync(name, cancellationToken);

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, cancellationToken);

    public Task DeleteAsync(ObjectName name, CancellationToken cancellationToken) =>
        FailDelete(name) ? throw Failure("delete", name) : inner.DeleteAsync(name, cancellationToken);

    public Task<int> RemoveUnfinishedAsync(DateTimeOffset startedBefore, CancellationToken cancellationToken) =>
        inner.RemoveUnfinishedAsync(startedBefore, cancellationToken);

    private static ObjectError Failure(string call, ObjectName name) =>
        new(ObjectErrorKind.Unavailable, temporary: true, $"The test wants {call} of {name} to fail.");
}
