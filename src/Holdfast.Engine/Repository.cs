using System.Buffers;
using Holdfast.Engine.Compression;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Index;
using Holdfast.Engine.Snapshots;
using Holdfast.Engine.Storage;
using Holdfast.Objects;
using Holdfast.Objects.Decorators;

namespace Holdfast.Engine;

/// <summary>
/// An open restic repository (format v2) on an object store whose root is the repository's root.
/// Safe for many threads. Blobs are found through the index, which <see cref="LoadIndexAsync"/> loads once.
/// </summary>
public sealed partial class Repository : IAsyncDisposable
{
    private readonly RepositoryConfig config;
    private Action? closed;

    private Repository(
        RepositoryStore lockStore,
        RepositoryStore store,
        KeyMaterial key,
        RepositoryConfig config,
        RepositoryOptions options,
        LoadedIndex index,
        LoadedSnapshots snapshots
    )
    {
        kept = index;
        known = snapshots;
        Store = store;
        LockStore = lockStore;
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
        RepositoryStore objects = StoreOf(store, options);
        if (await objects.SizeAsync(RepositoryStore.Config, cancellationToken) is not null)
        {
            throw Exists();
        }
        await ThrowIfSnapshotsAsync(objects, cancellationToken);
        var master = KeyMaterial.Random();
        var repository = new Repository(
            new(store),
            objects,
            master,
            RepositoryConfig.Create(),
            options,
            new LoadedIndex(),
            new LoadedSnapshots()
        );
        Id key = await AddKeyAsync(objects, password, master, options, cancellationToken);
        // The config decides: a repository without one is not there yet, and whoever writes it first has made it.
        if (!await repository.config.TryCreateAsync(objects, repository.Sealer, cancellationToken))
        {
            await repository.DisposeAsync();
            await objects.DeleteAsync(RepositoryStore.Name(ObjectKind.Key, key), cancellationToken);
            throw Exists();
        }
        await RemoveOtherKeysAsync(objects, key, cancellationToken);
        return repository;
    }

    /// <exception cref="EngineError">
    /// <see cref="EngineErrorKind.NotFound"/>, <see cref="EngineErrorKind.WrongPassword"/>, <see cref="EngineErrorKind.Damaged"/>.
    /// </exception>
    public static Task<Repository> OpenAsync(
        IObjectStore store,
        string password,
        RepositoryOptions options,
        CancellationToken cancellationToken
    ) => OpenAsync(store, password, options, keep: null, cancellationToken);

    /// <summary>The same, and hands what the next opening may use to <paramref name="keep"/>.</summary>
    internal static async Task<Repository> OpenAsync(
        IObjectStore store,
        string password,
        RepositoryOptions options,
        Action<WarmRepository>? keep,
        CancellationToken cancellationToken
    )
    {
        RequireLibraries();
        RepositoryStore objects = StoreOf(store, options);
        // Neither needs the other to be found; what each holds is looked at when both are here.
        Task<PooledBytes> reading = objects.ReadAllAsync(RepositoryStore.Config, cancellationToken);
        Task<IReadOnlyList<StoredKey>> readingKeys = ReadKeysAsync(objects, MaximumKeysTried, cancellationToken);
        try
        {
            await Task.WhenAll(reading, readingKeys);
        }
        catch (EngineError) when (reading.Exception?.InnerException is EngineError { Kind: EngineErrorKind.NotFound })
        {
            throw new EngineError(
                EngineErrorKind.NotFound,
                temporary: false,
                "There is no repository here.",
                "Check the place, or make one with init."
            );
        }
        using PooledBytes sealedConfig = await reading;
        (Id name, KeyMaterial master) = OpenKey(await readingKeys, sealedConfig, password);
        using var sealer = new Sealer(master.Copy());
        RepositoryConfig itsConfig = RepositoryConfig.Open(sealedConfig, sealer);
        var index = new LoadedIndex();
        var snapshots = new LoadedSnapshots();
        keep?.Invoke(new WarmRepository(name, master.Copy(), index, snapshots));
        return new Repository(new(store), objects, master, itsConfig, options, index, snapshots);
    }

    /// <summary>Opens it with what an earlier opening has left.</summary>
    /// <param name="warm">Its key goes over to the repository, or is disposed.</param>
    /// <returns>Null when the store no longer has that key, or a config sealed with it: open it with the password.</returns>
    internal static async Task<Repository?> TryReopenAsync(
        IObjectStore store,
        WarmRepository warm,
        RepositoryOptions options,
        CancellationToken cancellationToken
    )
    {
        RepositoryStore objects = StoreOf(store, options);
        try
        {
            ObjectName key = RepositoryStore.Name(ObjectKind.Key, warm.KeyName);
            if (await objects.SizeAsync(key, cancellationToken) is not null)
            {
                using var sealer = new Sealer(warm.Key.Copy());
                RepositoryConfig itsConfig = await RepositoryConfig.LoadAsync(objects, sealer, cancellationToken);
                return new Repository(new(store), objects, warm.Key, itsConfig, options, warm.Index, warm.Snapshots);
            }
        }
        catch (EngineError error) when (error.Kind is EngineErrorKind.NotFound or EngineErrorKind.Damaged)
        {
            // Whoever opens it with the password says what is wrong.
        }
        catch
        {
            warm.Key.Dispose();
            throw;
        }
        warm.Key.Dispose();
        return null;
    }

    /// <summary>Called once this is disposed.</summary>
    internal void OnClosed(Action call) => closed = call;

    /// <summary>The id in the repository's config, 64 hex digits.</summary>
    public string Id => config.Id;

    public ulong ChunkerPolynomial => config.ChunkerPolynomial;

    public RepositoryOptions Options { get; }

    internal RepositoryStore Store { get; }

    /// <summary>
    /// The same without the limit of requests: a lock must be refreshed in time, however much content waits for its turn.
    /// </summary>
    internal RepositoryStore LockStore { get; }

    internal Sealer Sealer { get; }

    internal UnpackedObjects Unpacked { get; }

    public ValueTask DisposeAsync()
    {
        Sealer.Dispose();
        closed?.Invoke();
        return ValueTask.CompletedTask;
    }

    /// <summary>Does something that is a request for each of the items, as many at once as there may be requests.</summary>
    internal Task RequestEachAsync<T>(
        IEnumerable<T> items,
        Func<T, CancellationToken, ValueTask> request,
        CancellationToken cancellationToken
    ) => Parallel.ForEachAsync(items, AtOnce(cancellationToken), request);

    internal Task RequestEachAsync<T>(
        IAsyncEnumerable<T> items,
        Func<T, CancellationToken, ValueTask> request,
        CancellationToken cancellationToken
    ) => Parallel.ForEachAsync(items, AtOnce(cancellationToken), request);

    private ParallelOptions AtOnce(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = Options.Requests, CancellationToken = cancellationToken };

    private static RepositoryStore StoreOf(IObjectStore store, RepositoryOptions options) =>
        new(new LimitObjectStore(store, options.Requests));

    private static void RequireLibraries()
    {
        Libcrypto.Require();
        Libzstd.Require();
    }

    private static EngineError Exists() =>
        new(EngineErrorKind.Exists, temporary: false, "A repository is there already.");

    private static async Task ThrowIfSnapshotsAsync(RepositoryStore objects, CancellationToken cancellationToken)
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
    }
}
