using System.Buffers;
using Holdfast.Engine.Storage;

namespace Holdfast.Engine.Locks;

/// <summary>The lock objects of a repository: ours and those of others, restic's among them.</summary>
internal sealed class LockFiles(Repository repository)
{
    /// <summary>As restic: how long after writing a lock the others are looked at once more.</summary>
    internal static readonly TimeSpan RaceWindow = TimeSpan.FromMilliseconds(200);

    private readonly UnpackedObjects objects = new(repository.LockStore, repository.Sealer);

    /// <summary>What the last look found.</summary>
    private Dictionary<Id, LockInfo> read = [];

    internal async Task<Id> SaveAsync(LockInfo info, CancellationToken cancellationToken)
    {
        using PooledBytes content = objects.Seal(LockJson.Write(info), out Id id);
        try
        {
            await repository.LockStore.PutAsync(
                RepositoryStore.Name(ObjectKind.Lock, id),
                new ReadOnlySequence<byte>(content.Memory),
                cancellationToken
            );
            return id;
        }
        catch
        {
            // What timed out or was cancelled may be stored all the same, and nobody else knows its name.
            await DeleteQuietlyAsync(id);
            throw;
        }
    }

    internal async Task<bool> ExistsAsync(Id id, CancellationToken cancellationToken) =>
        await repository.LockStore.SizeAsync(RepositoryStore.Name(ObjectKind.Lock, id), cancellationToken) is not null;

    /// <summary>Removes a lock of ours. If that fails it stays until somebody unlocks, which is no reason to fail the work.</summary>
    internal async Task DeleteQuietlyAsync(Id id)
    {
        try
        {
            await DeleteAsync(id, CancellationToken.None);
        }
        catch (EngineError) { }
    }

    /// <summary>
    /// Looks at every lock but our own, and removes those that <see cref="RepositoryOptions.IsOver"/> proves to be over. Any other
    /// is honoured however old it is, as restic does: a clock may be wrong, and a process that we cannot see may live.
    /// </summary>
    /// <param name="wanted">What is to be held.</param>
    /// <param name="own">Written before: a listing without it may lack others' too. Default while there is none.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <exception cref="EngineError">
    /// <see cref="EngineErrorKind.Locked"/>, naming the holder that excludes us; <see cref="EngineErrorKind.Store"/>: the store
    /// does not list all that it has.
    /// </exception>
    internal async Task ThrowIfLockedAsync(LockInfo wanted, Id own, CancellationToken cancellationToken)
    {
        foreach ((Id id, LockInfo held) in await OthersAsync(own, cancellationToken))
        {
            if (repository.Options.IsOver is { } isOver && await isOver(held))
            {
                await DeleteAsync(id, cancellationToken);
            }
            else if (wanted.Exclusive || held.Exclusive)
            {
                throw Conflict(held);
            }
        }
    }

    /// <summary>Every lock there is but our own. An object never changes, so what was read once is not read again.</summary>
    private async Task<Dictionary<Id, LockInfo>> OthersAsync(Id own, CancellationToken cancellationToken)
    {
        List<StoredObject> listed = await repository
            .LockStore.ListAsync(ObjectKind.Lock, cancellationToken)
            .ToListAsync(cancellationToken);
        bool missing = own != default && listed.TrueForAll(stored => stored.Id != own);
        if (missing && await ExistsAsync(own, cancellationToken))
        {
            throw StoreErrors.Unlisted(RepositoryStore.Name(ObjectKind.Lock, own));
        }
        Dictionary<Id, LockInfo> others = [];
        // An empty lock file is what a crash of an old restic left behind.
        IEnumerable<StoredObject> held = listed.Where(stored => stored.Id != own && stored.Size != 0);
        foreach (StoredObject[] some in held.Chunk(repository.Options.Requests))
        {
            LockInfo?[] infos = await Task.WhenAll(some.Select(stored => TryLoadAsync(stored, cancellationToken)));
            foreach ((StoredObject stored, LockInfo? info) in some.Zip(infos))
            {
                if (info is not null)
                {
                    others.Add(stored.Id, info);
                }
            }
        }
        read = others;
        return read;
    }

    private async Task<LockInfo?> TryLoadAsync(StoredObject stored, CancellationToken cancellationToken)
    {
        if (read.TryGetValue(stored.Id, out LockInfo? known))
        {
            return known;
        }
        try
        {
            using PooledBytes json = await objects.LoadAsync(ObjectKind.Lock, stored, cancellationToken);
            return LockJson.Parse(json.Span)
                ?? throw new EngineError(
                    EngineErrorKind.Damaged,
                    temporary: false,
                    $"Lock {stored.Id} is not valid.",
                    "Make sure that nothing else uses the repository, then remove the lock."
                );
        }
        catch (EngineError error) when (error.Kind == EngineErrorKind.NotFound)
        {
            return null; // Released between the listing and the reading.
        }
    }

    private Task DeleteAsync(Id id, CancellationToken cancellationToken) =>
        repository.LockStore.DeleteAsync(RepositoryStore.Name(ObjectKind.Lock, id), cancellationToken);

    private static EngineError Conflict(LockInfo held) =>
        new(
            EngineErrorKind.Locked,
            temporary: true,
            $"The repository is locked {(held.Exclusive ? "exclusively" : "for sharing")} by '{held.Username}' on "
                + $"'{held.Hostname}', process {held.ProcessId}, since {held.Time:u}.",
            "Wait for it to end. If that process is gone, remove its lock with: restic unlock."
        );
}
