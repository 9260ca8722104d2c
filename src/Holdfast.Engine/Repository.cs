using System.Buffers;
using Holdfast.Engine.Compression;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Storage;
using Holdfast.Objects;

namespace Holdfast.Engine;

/// <summary>
/// An open restic repository (format v2) on an object store whose root is the repository's root.
/// Safe for many threads. Blobs are found through the index, which <see cref="LoadIndexAsync"/> loads once.
/// </summary>
public sealed partial class Repository : IAsyncDisposable
{
    /// <summary>As restic: a repository with more keys than that is opened with the first that fits among these.</summary>
    private const int MaximumKeysTried = 20;

    private readonly RepositoryConfig config;

    private Repository(RepositoryStore store, KeyMaterial key, RepositoryConfig config, RepositoryOptions options)
    {
        Store = store;
        Sealer = new Sealer(key);
        Unpacked = new UnpackedObjects(store, Sealer);
        this.config = config;
        Options = options;
    }

    /// <summary>Makes a new repository and opens it.</summary>
    /// <exception cref="EngineError">
    /// <see cref="EngineErrorKind.Exists"/>; <see cref="EngineErrorKind.Damaged"/>: one was here, and its config is gone.
    /// </exception>
    public static async Task<Repository> InitAsync(
        IObjectStore store,
        string password,
        RepositoryOptions options,
        CancellationToken cancellationToken
    )
    {
        RequireLibraries();
        var objects = new RepositoryStore(store);
        if (await objects.SizeAsync(RepositoryStore.Config, cancellationToken) is not null)
        {
            throw new EngineError(EngineErrorKind.Exists, temporary: false, "A repository is there already.");
        }
        await RemoveUnfinishedAsync(objects, cancellationToken);
        var master = KeyMaterial.Random();
        var repository = new Repository(objects, master, RepositoryConfig.Create(), options);
        await repository.AddKeyAsync(password, master, cancellationToken);
        // The config comes last: a repository without one is not there yet, and may be made again.
        await repository.config.SaveAsync(objects, repository.Sealer, cancellationToken);
        return repository;
    }

    /// <exception cref="EngineError">
    /// <see cref="EngineErrorKind.NotFound"/>, <see cref="EngineErrorKind.WrongPassword"/>, <see cref="EngineErrorKind.Damaged"/>.
    /// </exception>
    public static async Task<Repository> OpenAsync(
        IObjectStore store,
        string password,
        RepositoryOptions options,
        CancellationToken cancellationToken
    )
    {
        RequireLibraries();
        var objects = new RepositoryStore(store);
        if (await objects.SizeAsync(RepositoryStore.Config, cancellationToken) is null)
        {
            throw new EngineError(
                EngineErrorKind.NotFound,
                temporary: false,
                "There is no repository here.",
                "Check the place, or make one with init."
            );
        }
        KeyMaterial master = await OpenKeyAsync(objects, password, cancellationToken);
        using var sealer = new Sealer(master.Copy());
        RepositoryConfig loaded = await RepositoryConfig.LoadAsync(objects, sealer, cancellationToken);
        return new Repository(objects, master, loaded, options);
    }

    /// <summary>The id in the repository's config, 64 hex digits.</summary>
    public string Id => config.Id;

    public ulong ChunkerPolynomial => config.ChunkerPolynomial;

    public RepositoryOptions Options { get; }

    internal RepositoryStore Store { get; }

    internal Sealer Sealer { get; }

    internal UnpackedObjects Unpacked { get; }

    public ValueTask DisposeAsync()
    {
        indexGate.Dispose();
        Sealer.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void RequireLibraries()
    {
        Libcrypto.Require();
        Libzstd.Require();
    }

    // Keys without a config are what an earlier attempt left: the same password would open the wrong one.
    private static async Task RemoveUnfinishedAsync(RepositoryStore objects, CancellationToken cancellationToken)
    {
        await foreach (StoredObject snapshot in objects.ListAsync(ObjectKind.Snapshot, cancellationToken))
        {
            throw new EngineError(
                EngineErrorKind.Damaged,
                temporary: false,
                $"There is no repository config here, but snapshot {snapshot.Id} is.",
                "Restore the object 'config' from a copy of the store, or move what is here away."
            );
        }
        await foreach (StoredObject left in objects.ListAsync(ObjectKind.Key, cancellationToken))
        {
            await objects.DeleteAsync(RepositoryStore.Name(ObjectKind.Key, left.Id), cancellationToken);
        }
    }

    private async Task AddKeyAsync(string password, KeyMaterial master, CancellationToken cancellationToken)
    {
        byte[] json = KeyFile
            .Create(
                password,
                master,
                ScryptCost.Default,
                Options.Time.GetUtcNow(),
                Options.LockUsername,
                Options.LockHostname
            )
            .ToJson();
        Sha256.Hash(json, out Id id);
        await Store.PutAsync(
            RepositoryStore.Name(ObjectKind.Key, id),
            new ReadOnlySequence<byte>(json),
            cancellationToken
        );
    }

    private static async Task<KeyMaterial> OpenKeyAsync(
        RepositoryStore store,
        string password,
        CancellationToken cancellationToken
    )
    {
        int tried = 0;
        int damaged = 0;
        await foreach (StoredObject key in store.ListAsync(ObjectKind.Key, cancellationToken))
        {
            if (tried++ == MaximumKeysTried)
            {
                break;
            }
            ObjectName name = RepositoryStore.Name(ObjectKind.Key, key.Id);
            using PooledBytes content = await store.ReadAllAsync(name, cancellationToken);
            if (Sha256.Hash(content.Span) != key.Id || KeyFile.Parse(content.Span) is not { } file)
            {
                damaged++;
            }
            else if (file.TryOpen(password) is { } master)
            {
                return master;
            }
        }
        throw damaged < tried
            ? new EngineError(
                EngineErrorKind.WrongPassword,
                temporary: false,
                "The password opens none of the repository's keys.",
                "Check the password; each repository has its own."
            )
            : new EngineError(
                EngineErrorKind.Damaged,
                temporary: false,
                tried == 0 ? "The repository has no key." : "The repository's keys are not what was stored.",
                "Restore the folder 'keys' from a copy of the store: without a key nothing can be read."
            );
    }
}
