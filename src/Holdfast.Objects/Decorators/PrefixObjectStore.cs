using System.Buffers;
using System.Runtime.CompilerServices;

namespace Holdfast.Objects.Decorators;

/// <summary>The objects beneath a prefix of another store, as a store of their own; nothing outside can be named.</summary>
/// <param name="prefix">One or more whole segments.</param>
public sealed class PrefixObjectStore(IObjectStore inner, string prefix) : IObjectStore
{
    private readonly string prefix = new ObjectName(prefix).Value;

    public Task PutAsync(ObjectName name, ReadOnlySequence<byte> content, CancellationToken cancellationToken) =>
        inner.PutAsync(Outer(name), content, cancellationToken);

    public Task<bool> TryCreateAsync(
        ObjectName name,
        ReadOnlySequence<byte> content,
        CancellationToken cancellationToken
    ) => inner.TryCreateAsync(Outer(name), content, cancellationToken);

    public Task ReadAsync(
        ObjectName name,
        long offset,
        Memory<byte> destination,
        CancellationToken cancellationToken
    ) => inner.ReadAsync(Outer(name), offset, destination, cancellationToken);

    public async Task<ObjectInfo?> StatAsync(ObjectName name, CancellationToken cancellationToken)
    {
        ObjectInfo? found = await inner.StatAsync(Outer(name), cancellationToken);
        return found is { } info ? info with { Name = name } : null;
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        string outer = prefix.Length == 0 ? this.prefix : $"{this.prefix}/{prefix}";
        await foreach (ObjectInfo info in inner.ListAsync(outer, cancellationToken))
        {
            yield return info with
            {
                Name = new ObjectName(info.Name.Value[(this.prefix.Length + 1)..]),
            };
        }
    }

    public Task DeleteAsync(ObjectName name, CancellationToken cancellationToken) =>
        inner.DeleteAsync(Outer(name), cancellationToken);

    /// <summary>Removes the leftovers of the whole store beneath: they are nobody's.</summary>
    public Task<int> RemoveUnfinishedAsync(DateTimeOffset startedBefore, CancellationToken cancellationToken) =>
        inner.RemoveUnfinishedAsync(startedBefore, cancellationToken);

    private ObjectName Outer(ObjectName name) => new($"{prefix}/{name.Value}");
}
