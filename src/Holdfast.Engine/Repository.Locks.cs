using System.Collections.Immutable;
using Holdfast.Engine.Storage;

namespace Holdfast.Engine;

public sealed partial class Repository
{
    private ImmutableHashSet<RepositoryLock> locks = [];

    /// <summary>
    /// Takes restic's lock and keeps it fresh until disposed. <see cref="RepositoryLock.Lost"/> is cancelled when it
    /// could not be refreshed in time; writers must stop then. While it is held, nothing is committed or removed by
    /// prune through this object before the lock was looked at once more.
    /// </summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Locked"/>, naming the holder.</exception>
    public async Task<RepositoryLock> LockAsync(bool exclusive, CancellationToken cancellationToken)
    {
        RepositoryLock taken = await RepositoryLock.TakeAsync(this, exclusive, cancellationToken);
        _ = ImmutableInterlocked.Update(ref locks, (held, added) => held.Add(added), taken);
        return taken;
    }

    internal void Forget(RepositoryLock released) =>
        ImmutableInterlocked.Update(ref locks, (held, removed) => held.Remove(removed), released);

    /// <summary>Returns when every lock that was taken through this object is known to be held.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.LockLost"/>.</exception>
    internal async Task ConfirmLocksAsync(CancellationToken cancellationToken)
    {
        foreach (RepositoryLock held in locks)
        {
            await held.ConfirmAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Stores an object that names others, which only our lock protects from a prune elsewhere. A lock that is still held
    /// afterwards was held all the time; if it is not, the object may name what is gone, and is taken back.
    /// </summary>
    private async Task<Id> CommitAsync(ObjectKind kind, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        await ConfirmLocksAsync(cancellationToken);
        Id id = await Unpacked.SaveAsync(kind, json, cancellationToken);
        try
        {
            await ConfirmLocksAsync(cancellationToken);
            return id;
        }
        catch
        {
            await Store.DeleteAsync(RepositoryStore.Name(kind, id), CancellationToken.None);
            throw;
        }
    }
}
