using Holdfast.Engine.Packs;
using Holdfast.Engine.Snapshots;
using Holdfast.Objects;

namespace Holdfast.Engine;

/// <summary>
/// An open restic repository (format v2) on an object store whose root is the repository's root.
/// Safe for many threads. Blobs are found through the index, which <see cref="LoadIndexAsync"/> loads once.
/// </summary>
public sealed class Repository : IAsyncDisposable
{
    /// <summary>Makes a new repository and opens it.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Exists"/>.</exception>
    public static Task<Repository> InitAsync(
        IObjectStore store,
        string password,
        RepositoryOptions options,
        CancellationToken cancellationToken
    ) => throw new NotImplementedException();

    /// <exception cref="EngineError">
    /// <see cref="EngineErrorKind.NotFound"/>, <see cref="EngineErrorKind.WrongPassword"/>, <see cref="EngineErrorKind.Damaged"/>.
    /// </exception>
    public static Task<Repository> OpenAsync(
        IObjectStore store,
        string password,
        RepositoryOptions options,
        CancellationToken cancellationToken
    ) => throw new NotImplementedException();

    /// <summary>The id in the repository's config, 64 hex digits.</summary>
    public string Id => throw new NotImplementedException();

    public ulong ChunkerPolynomial => throw new NotImplementedException();

    public RepositoryOptions Options => throw new NotImplementedException();

    /// <summary>Loads every index object that is not loaded yet, and forgets those that are gone.</summary>
    public Task LoadIndexAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Whether the loaded index, or a writer of this instance, has the blob.</summary>
    public bool Contains(BlobKind kind, in Id id) => throw new NotImplementedException();

    public bool TryLocate(BlobKind kind, in Id id, out BlobLocation location) => throw new NotImplementedException();

    /// <summary>
    /// The blob's plaintext, verified against its id, in a pooled buffer that the caller disposes.
    /// </summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>, naming blob and pack, also when the index lacks it.</exception>
    public Task<PooledBytes> LoadBlobAsync(BlobKind kind, Id id, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Starts a run that adds blobs. Load the index first, or everything counts as new.</summary>
    public BlobWriter CreateWriter() => throw new NotImplementedException();

    /// <summary>All snapshots, oldest first. A damaged one is an error that names it.</summary>
    public Task<IReadOnlyList<Snapshot>> ListSnapshotsAsync(CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Stores the snapshot: the commit of a backup. Flush its writer first.</summary>
    /// <returns>The snapshot with its id.</returns>
    public Task<Snapshot> SaveSnapshotAsync(Snapshot snapshot, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Removes the snapshot object; its bytes go with the next prune.</summary>
    public Task DeleteSnapshotAsync(Id id, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>
    /// Takes restic's lock and keeps it fresh until disposed. <see cref="RepositoryLock.Lost"/> is cancelled when it
    /// could not be refreshed in time; writers must stop then.
    /// </summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Locked"/>, naming the holder.</exception>
    public Task<RepositoryLock> LockAsync(bool exclusive, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
