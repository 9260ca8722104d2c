using System.Buffers;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Storage;
using Holdfast.Objects;

namespace Holdfast.Engine;

public sealed partial class Repository
{
    /// <summary>As restic: a repository with more keys than that is opened with the first that fits among these.</summary>
    private const int MaximumKeysTried = 20;

    /// <summary>Makes <paramref name="added"/> open the repository too, durably, as <c>restic key add</c>.</summary>
    /// <exception cref="EngineError">As for opening with <paramref name="password"/>.</exception>
    internal static async Task AddPasswordAsync(
        IObjectStore store,
        string password,
        string added,
        RepositoryOptions options,
        CancellationToken cancellationToken
    )
    {
        RepositoryStore objects = StoreOf(store, options);
        using PooledBytes sealedConfig = await objects.ReadAllAsync(RepositoryStore.Config, cancellationToken);
        IReadOnlyList<StoredKey> keys = await ReadKeysAsync(objects, MaximumKeysTried, cancellationToken);
        using KeyMaterial master = OpenKey(keys, sealedConfig, password).Master;
        _ = await AddKeyAsync(objects, added, master, options, cancellationToken);
    }

    /// <summary>Removes every key object that the password opens; others stay. The caller knows that there is another.</summary>
    internal static async Task RemovePasswordAsync(
        IObjectStore store,
        string password,
        RepositoryOptions options,
        CancellationToken cancellationToken
    )
    {
        RepositoryStore objects = StoreOf(store, options);
        foreach (StoredKey key in await ReadKeysAsync(objects, int.MaxValue, cancellationToken))
        {
            using KeyMaterial? opened = KeyFile.Parse(key.Content)?.TryOpen(password);
            if (opened is not null)
            {
                await objects.DeleteAsync(RepositoryStore.Name(ObjectKind.Key, key.Id), cancellationToken);
            }
        }
    }

    /// <summary>
    /// Removes what attempts to make the repository left that died before their config, where the one that made it died before
    /// it had removed that: the password opens it, and what it wraps fits nothing. Stock restic would take it for the key.
    /// </summary>
    internal static async Task RemoveStrayKeysAsync(
        IObjectStore store,
        string password,
        RepositoryOptions options,
        CancellationToken cancellationToken
    )
    {
        RepositoryStore objects = StoreOf(store, options);
        using PooledBytes sealedConfig = await objects.ReadAllAsync(RepositoryStore.Config, cancellationToken);
        List<Id> strays = [];
        bool anyFits = false;
        foreach (StoredKey key in await ReadKeysAsync(objects, int.MaxValue, cancellationToken))
        {
            using KeyMaterial? opened = KeyFile.Parse(key.Content)?.TryOpen(password);
            if (opened is not null && RepositoryConfig.IsSealedWith(opened, sealedConfig))
            {
                anyFits = true;
            }
            else if (opened is not null)
            {
                strays.Add(key.Id);
            }
        }
        // Where none fits it is the config that is damaged, and any of them may be the key.
        foreach (Id stray in anyFits ? strays : [])
        {
            await objects.DeleteAsync(RepositoryStore.Name(ObjectKind.Key, stray), cancellationToken);
        }
    }

    // Of attempts that died before their config, or came too late with it: restic would try them, and take the wrong one.
    private static async Task RemoveOtherKeysAsync(RepositoryStore objects, Id own, CancellationToken cancellationToken)
    {
        await foreach (StoredObject key in objects.ListAsync(ObjectKind.Key, cancellationToken))
        {
            if (key.Id != own)
            {
                await objects.DeleteAsync(RepositoryStore.Name(ObjectKind.Key, key.Id), cancellationToken);
            }
        }
    }

    /// <returns>Its name.</returns>
    private static async Task<Id> AddKeyAsync(
        RepositoryStore objects,
        string password,
        KeyMaterial master,
        RepositoryOptions options,
        CancellationToken cancellationToken
    )
    {
        byte[] json = KeyFile
            .Create(
                password,
                master,
                options.KeyCost,
                options.Time.GetUtcNow(),
                options.LockUsername,
                options.LockHostname
            )
            .ToJson();
        Sha256.Hash(json, out Id id);
        await objects.PutAsync(
            RepositoryStore.Name(ObjectKind.Key, id),
            new ReadOnlySequence<byte>(json),
            cancellationToken
        );
        return id;
    }

    private static async Task<IReadOnlyList<StoredKey>> ReadKeysAsync(
        RepositoryStore store,
        int most,
        CancellationToken cancellationToken
    )
    {
        List<StoredObject> listed = await store
            .ListAsync(ObjectKind.Key, cancellationToken)
            .Take(most)
            .ToListAsync(cancellationToken);
        return await Task.WhenAll(listed.Select(ReadAsync));

        async Task<StoredKey> ReadAsync(StoredObject key)
        {
            try
            {
                ObjectName name = RepositoryStore.Name(ObjectKind.Key, key.Id);
                using PooledBytes content = await store.ReadAllAsync(name, key.Size, cancellationToken);
                return new StoredKey(key.Id, content.Span.ToArray());
            }
            catch (EngineError error) when (error.Kind is EngineErrorKind.NotFound or EngineErrorKind.Damaged)
            {
                return new StoredKey(key.Id, []); // One of many; it counts as damaged.
            }
        }
    }

    /// <returns>The key object's name, and what it wraps.</returns>
    private static (Id Name, KeyMaterial Master) OpenKey(
        IReadOnlyList<StoredKey> keys,
        in PooledBytes sealedConfig,
        string password
    )
    {
        int damaged = 0;
        (Id Name, KeyMaterial Master)? opened = null;
        foreach (StoredKey key in keys)
        {
            if (Sha256.Hash(key.Content) != key.Id || KeyFile.Parse(key.Content) is not { } file)
            {
                damaged++;
            }
            else if (file.TryOpen(password) is { } master)
            {
                opened = (key.Id, master);
                // One that an attempt to make the repository left opens with the same password, and fits nothing.
                if (RepositoryConfig.IsSealedWith(master, sealedConfig))
                {
                    return opened.Value;
                }
            }
        }
        if (opened is { } found)
        {
            return found; // The config is damaged, as whoever reads it will say.
        }
        if (keys.Count == 0)
        {
            // A key is stored before the config, which was found: so the listing may be what is wrong.
            throw new EngineError(
                EngineErrorKind.Damaged,
                temporary: true,
                "The store lists no key of the repository.",
                "Mend the store's listing, or restore the folder 'keys' from a copy of the store: without a key nothing can be read."
            )
            {
                PublicMessage = "The backup store lists no key of the project's repository.",
            };
        }
        throw damaged < keys.Count
            ? new EngineError(
                EngineErrorKind.WrongPassword,
                temporary: false,
                "The password opens none of the repository's keys.",
                "Check the password; each repository has its own."
            )
            : new EngineError(
                EngineErrorKind.Damaged,
                temporary: false,
                "The repository's keys are not what was stored.",
                "Restore the folder 'keys' from a copy of the store: without a key nothing can be read."
            );
    }

    private readonly record struct StoredKey(Id Id, byte[] Content);
}
