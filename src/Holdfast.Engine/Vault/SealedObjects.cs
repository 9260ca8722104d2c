using System.Buffers;
using System.Runtime.CompilerServices;
using Holdfast.Engine.Storage;
using Holdfast.Objects;

namespace Holdfast.Engine.Vault;

/// <summary>
/// Small sealed objects that lie beside the repositories of a store: the keyring and the exports of the catalog.
/// Names are those of objects: segments of <c>[A-Za-z0-9._-]</c> joined by <c>/</c>. Safe for many threads.
/// </summary>
public sealed class SealedObjects
{
    private readonly IObjectStore objects;
    private readonly RepositoryStore store;

    internal SealedObjects(IObjectStore objects)
    {
        this.objects = objects;
        store = new RepositoryStore(objects);
    }

    /// <summary>Seals and stores the content, durably, over an older one of that name.</summary>
    public Task PutAsync(
        string name,
        ReadOnlyMemory<byte> content,
        VaultKey key,
        CancellationToken cancellationToken
    ) => store.PutAsync(Name(name), Sealed(name, content, key), cancellationToken);

    /// <summary>Seals and stores the content only if the name is free.</summary>
    /// <returns>False, and nothing changed, when it is taken: read what is there.</returns>
    public async Task<bool> TryCreateAsync(
        string name,
        ReadOnlyMemory<byte> content,
        VaultKey key,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await objects.TryCreateAsync(Name(name), Sealed(name, content, key), cancellationToken);
        }
        catch (ObjectError error)
        {
            throw StoreErrors.Wrap(error);
        }
    }

    /// <returns>The content, or null when there is no such object.</returns>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>: another key sealed it, or bytes have changed.</exception>
    public async Task<byte[]?> GetAsync(string name, VaultKey key, CancellationToken cancellationToken)
    {
        PooledBytes content;
        try
        {
            content = await store.ReadAllAsync(Name(name), cancellationToken);
        }
        catch (EngineError error) when (error.Kind == EngineErrorKind.NotFound)
        {
            return null;
        }
        using (content)
        {
            return VaultSeal.TryOpen(name, content.Span, key)
                ?? throw new EngineError(
                    EngineErrorKind.Damaged,
                    temporary: false,
                    $"'{name}' cannot be opened: it was sealed with another key, or it is damaged.",
                    "Check that this node has the master key that the store was made with."
                )
                {
                    PublicMessage =
                        "A secret of the service cannot be opened: it was sealed with another key, or it is damaged.",
                };
        }
    }

    /// <summary>Names of all objects beneath the prefix, in no promised order.</summary>
    public async IAsyncEnumerable<string> ListAsync(
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (ObjectInfo info in store.ListAsync(prefix, cancellationToken))
        {
            yield return info.Name.Value;
        }
    }

    /// <summary>Removes the object. Removing what is not there succeeds.</summary>
    public Task DeleteAsync(string name, CancellationToken cancellationToken) =>
        store.DeleteAsync(Name(name), cancellationToken);

    private static ReadOnlySequence<byte> Sealed(string name, ReadOnlyMemory<byte> content, VaultKey key) =>
        new(VaultSeal.Seal(name, content.Span, key));

    private static ObjectName Name(string name) =>
        ObjectName.IsValid(name)
            ? new ObjectName(name)
            : throw new EngineError(EngineErrorKind.Invalid, temporary: false, $"'{name}' is not an object's name.");
}
