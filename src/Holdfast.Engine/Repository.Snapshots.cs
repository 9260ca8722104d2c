using System.Collections.Concurrent;
using Holdfast.Engine.Maintenance.Prune;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Snapshots;
using Holdfast.Engine.Storage;
using Holdfast.Objects;

namespace Holdfast.Engine;

public sealed partial class Repository
{
    private readonly LoadedSnapshots known;

    /// <summary>All snapshots, oldest first; those that were listed before are not read again. One that is read and damaged is an error that names it.</summary>
    public async Task<IReadOnlyList<Snapshot>> ListSnapshotsAsync(CancellationToken cancellationToken)
    {
        IAsyncEnumerable<StoredObject> listed = Store.ListAsync(ObjectKind.Snapshot, cancellationToken);
        IReadOnlyList<Snapshot> snapshots = await LoadSnapshotsAsync(listed, cancellationToken);
        known.Replace(snapshots);
        return snapshots;
    }

    /// <summary>The same of those that were listed, without any that are gone since.</summary>
    internal async Task<IReadOnlyList<Snapshot>> LoadSnapshotsAsync(
        IAsyncEnumerable<StoredObject> listed,
        CancellationToken cancellationToken
    )
    {
        var snapshots = new ConcurrentBag<Snapshot>();
        await RequestEachAsync(
            listed,
            async (stored, token) =>
            {
                if ((known.Find(stored.Id) ?? await TryLoadListedAsync(stored, token)) is { } snapshot)
                {
                    snapshots.Add(snapshot);
                }
            },
            cancellationToken
        );
        return [.. snapshots.OrderBy(snapshot => snapshot.Time).ThenBy(snapshot => snapshot.Id)];
    }

    /// <summary>Ids of all snapshots, unread: damaged ones are among them.</summary>
    public ValueTask<HashSet<Id>> ListSnapshotIdsAsync(CancellationToken cancellationToken) =>
        Store
            .ListAsync(ObjectKind.Snapshot, cancellationToken)
            .Select(stored => stored.Id)
            .ToHashSetAsync(cancellationToken: cancellationToken);

    /// <summary>Call it with snapshots that somebody names and no listing has, before they are taken for gone.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Store"/>, temporary: one of them is there.</exception>
    public async Task RequireAbsentAsync(IEnumerable<Id> unlisted, CancellationToken cancellationToken)
    {
        foreach (Id id in unlisted)
        {
            ObjectName name = RepositoryStore.Name(ObjectKind.Snapshot, id);
            if (await Store.SizeAsync(name, cancellationToken) is not null)
            {
                throw StoreErrors.Unlisted(name);
            }
        }
    }

    /// <exception cref="EngineError"><see cref="EngineErrorKind.NotFound"/>, <see cref="EngineErrorKind.Damaged"/>.</exception>
    public async Task<Snapshot> LoadSnapshotAsync(Id id, CancellationToken cancellationToken)
    {
        using PooledBytes json = await Unpacked.LoadAsync(ObjectKind.Snapshot, id, cancellationToken);
        return Parse(json, id);
    }

    /// <summary>The same for a snapshot that was listed, with one request less.</summary>
    internal async Task<Snapshot> LoadSnapshotAsync(StoredObject listed, CancellationToken cancellationToken)
    {
        using PooledBytes json = await Unpacked.LoadAsync(ObjectKind.Snapshot, listed, cancellationToken);
        return Parse(json, listed.Id);
    }

    /// <summary>Whether the loaded index has every blob that the snapshot needs. Reads all of its trees.</summary>
    public async Task<bool> ListsAllOfAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        HashSet<Id> trees = [];
        bool all = true;
        try
        {
            await UsedWalk.RunAsync(this, [snapshot.Tree], Add, visited: () => { }, cancellationToken);
        }
        catch (EngineError error) when (error.Kind == EngineErrorKind.Damaged)
        {
            return false;
        }
        return all;

        bool Add(BlobHandle blob)
        {
            bool listed = Contains(blob.Kind, blob.Id);
            all &= listed;
            return listed && blob.Kind == BlobKind.Tree && trees.Add(blob.Id);
        }
    }

    /// <summary>Stores the snapshot: the commit of a backup. Flush its writer first.</summary>
    /// <returns>The snapshot with its id.</returns>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.LockLost"/>: it is not stored.</exception>
    public async Task<Snapshot> SaveSnapshotAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        Id id = await CommitAsync(ObjectKind.Snapshot, SnapshotJson.Write(snapshot), cancellationToken);
        return snapshot with { Id = id };
    }

    /// <summary>Removes the snapshot object; its bytes go with the next prune.</summary>
    public Task DeleteSnapshotAsync(Id id, CancellationToken cancellationToken) =>
        Store.DeleteAsync(RepositoryStore.Name(ObjectKind.Snapshot, id), cancellationToken);

    private static Snapshot Parse(in PooledBytes json, Id id) =>
        SnapshotJson.Parse(json.Span, id)
        ?? throw new EngineError(
            EngineErrorKind.Damaged,
            temporary: false,
            $"Snapshot {id} is not valid.",
            "Forget it, or restore its object from a copy of the store."
        );

    // Somebody else may forget a snapshot between the listing and the reading.
    private async Task<Snapshot?> TryLoadListedAsync(StoredObject listed, CancellationToken cancellationToken)
    {
        try
        {
            return await LoadSnapshotAsync(listed, cancellationToken);
        }
        catch (EngineError error) when (error.Kind == EngineErrorKind.NotFound)
        {
            return null;
        }
    }
}
