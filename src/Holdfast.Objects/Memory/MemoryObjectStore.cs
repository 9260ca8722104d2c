using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Holdfast.Objects.Memory;

/// <summary>Objects in this process's memory: for tests, and gone with the process.</summary>
public sealed class MemoryObjectStore(TimeProvider time) : IObjectStore
{
    private readonly ConcurrentDictionary<string, (byte[] Content, DateTimeOffset Modified)> objects = new(
        StringComparer.Ordinal
    );

    public MemoryObjectStore()
        : this(TimeProvider.System) { }

    public Task PutAsync(ObjectName name, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        objects[name.Value] = (content.ToArray(), time.GetUtcNow());
        return Task.CompletedTask;
    }

    public Task<bool> TryCreateAsync(
        ObjectName name,
        ReadOnlySequence<byte> content,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(objects.TryAdd(name.Value, (content.ToArray(), time.GetUtcNow())));
    }

    public Task ReadAsync(ObjectName name, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!objects.TryGetValue(name.Value, out (byte[] Content, DateTimeOffset Modified) found))
        {
            throw new ObjectError(ObjectErrorKind.NotFound, temporary: false, $"There is no object '{name}'.");
        }
        if (offset + destination.Length > found.Content.Length)
        {
            throw new ObjectError(
                ObjectErrorKind.Damaged,
                temporary: false,
                $"'{name}' has {found.Content.Length} bytes; {offset + destination.Length} were expected."
            );
        }
        found.Content.AsMemory((int)offset, destination.Length).CopyTo(destination);
        return Task.CompletedTask;
    }

    public Task<ObjectInfo?> StatAsync(ObjectName name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<ObjectInfo?>(
            objects.TryGetValue(name.Value, out (byte[] Content, DateTimeOffset Modified) found)
                ? new ObjectInfo(name, found.Content.Length, found.Modified)
                : null
        );
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await Task.CompletedTask;
        string start = prefix.Length == 0 ? "" : new ObjectName(prefix).Value + "/";
        foreach ((string name, (byte[] content, DateTimeOffset modified)) in objects)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (name.StartsWith(start, StringComparison.Ordinal))
            {
                yield return new ObjectInfo(new ObjectName(name), content.Length, modified);
            }
        }
    }

    public Task DeleteAsync(ObjectName name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _ = objects.TryRemove(name.Value, out _);
        return Task.CompletedTask;
    }

    public Task<int> RemoveUnfinishedAsync(DateTimeOffset startedBefore, CancellationToken cancellationToken) =>
        Task.FromResult(0);
}
