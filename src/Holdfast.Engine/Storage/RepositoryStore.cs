using System.Buffers;
using System.Runtime.CompilerServices;
using Holdfast.Objects;

namespace Holdfast.Engine.Storage;

/// <summary>
/// A repository's objects by kind and id, on a store whose root is the repository's. Everything in the engine reads and
/// writes through this, so that every error of a store leaves it as an <see cref="EngineError"/>.
/// </summary>
internal sealed class RepositoryStore(IObjectStore store)
{
    internal static readonly ObjectName Config = new("config");

    internal static ObjectName Name(ObjectKind kind, in Id id)
    {
        string hex = id.ToString();
        return new ObjectName(kind == ObjectKind.Pack ? $"data/{hex.AsSpan(0, 2)}/{hex}" : $"{Folder(kind)}/{hex}");
    }

    internal async Task PutAsync(ObjectName name, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        try
        {
            await store.PutAsync(name, content, cancellationToken);
        }
        catch (ObjectError error)
        {
            throw StoreErrors.Wrap(error);
        }
    }

    /// <returns>False, and nothing changed, when an object of that name exists. A store that cannot decide this replaces it.</returns>
    internal async Task<bool> TryCreateAsync(
        ObjectName name,
        ReadOnlySequence<byte> content,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await store.TryCreateAsync(name, content, cancellationToken);
        }
        catch (ObjectError error) when (error.Kind == ObjectErrorKind.Unsupported)
        {
            await PutAsync(name, content, cancellationToken);
            return true;
        }
        catch (ObjectError error)
        {
            throw StoreErrors.Wrap(error);
        }
    }

    internal async Task ReadAsync(
        ObjectName name,
        long offset,
        Memory<byte> destination,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await store.ReadAsync(name, offset, destination, cancellationToken);
        }
        catch (ObjectError error)
        {
            throw StoreErrors.Wrap(error);
        }
    }

    /// <summary>The whole object.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.NotFound"/>.</exception>
    internal async Task<PooledBytes> ReadAllAsync(ObjectName name, CancellationToken cancellationToken)
    {
        long size =
            await SizeAsync(name, cancellationToken)
            ?? throw new EngineError(EngineErrorKind.NotFound, temporary: false, $"There is no '{name}'.");
        return await ReadAllAsync(name, size, cancellationToken);
    }

    /// <summary>The whole object, whose length a listing told: one request less.</summary>
    internal Task<PooledBytes> ReadAllAsync(ObjectName name, long size, CancellationToken cancellationToken) =>
        ReadAllAsync(name, size, PooledBytes.Rent, cancellationToken);

    /// <param name="rent">Gives the memory for so many bytes.</param>
    internal async Task<PooledBytes> ReadAllAsync(
        ObjectName name,
        long size,
        Func<int, PooledBytes> rent,
        CancellationToken cancellationToken
    )
    {
        if (size > Array.MaxLength)
        {
            throw new EngineError(EngineErrorKind.Damaged, temporary: false, $"'{name}' is {size} bytes long.");
        }
        PooledBytes content = rent((int)size);
        try
        {
            await ReadAsync(name, 0, content.Writable, cancellationToken);
            return content;
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    /// <returns>The object's length in bytes, or null when there is none.</returns>
    internal async Task<long?> SizeAsync(ObjectName name, CancellationToken cancellationToken)
    {
        try
        {
            return (await store.StatAsync(name, cancellationToken))?.Size;
        }
        catch (ObjectError error)
        {
            throw StoreErrors.Wrap(error);
        }
    }

    /// <summary>Every object of the kind, in no promised order. Files that no id names are passed over, as restic does.</summary>
    internal async IAsyncEnumerable<StoredObject> ListAsync(
        ObjectKind kind,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (ObjectInfo info in ListAsync(Folder(kind), cancellationToken))
        {
            if (Id.TryParse(info.Name.Value.AsSpan(info.Name.Value.LastIndexOf('/') + 1), out Id id))
            {
                yield return new StoredObject(id, info.Size, info.Modified);
            }
        }
    }

    internal async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using IAsyncEnumerator<ObjectInfo> objects = store
            .ListAsync(prefix, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        while (await NextAsync(objects))
        {
            yield return objects.Current;
        }
    }

    internal async Task DeleteAsync(ObjectName name, CancellationToken cancellationToken)
    {
        try
        {
            await store.DeleteAsync(name, cancellationToken);
        }
        catch (ObjectError error)
        {
            throw StoreErrors.Wrap(error);
        }
    }

    internal async Task<int> RemoveUnfinishedAsync(DateTimeOffset startedBefore, CancellationToken cancellationToken)
    {
        try
        {
            return await store.RemoveUnfinishedAsync(startedBefore, cancellationToken);
        }
        catch (ObjectError error)
        {
            throw StoreErrors.Wrap(error);
        }
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<ObjectInfo> objects)
    {
        try
        {
            return await objects.MoveNextAsync();
        }
        catch (ObjectError error)
        {
            throw StoreErrors.Wrap(error);
        }
    }

    private static string Folder(ObjectKind kind) =>
        kind switch
        {
            ObjectKind.Pack => "data",
            ObjectKind.Index => "index",
            ObjectKind.Snapshot => "snapshots",
            ObjectKind.Lock => "locks",
            ObjectKind.Key => "keys",
            ObjectKind.Names => "names",
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
}
