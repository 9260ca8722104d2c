using Holdfast.Engine.Locks;

namespace Holdfast.Engine;

/// <summary>
/// A held lock file of a repository, written anew every five minutes. Disposing removes it.
/// </summary>
public sealed class RepositoryLock : IAsyncDisposable
{
    /// <summary>restic's own interval: six refreshes may fail before others take the lock for stale.</summary>
    private static readonly TimeSpan RefreshEvery = TimeSpan.FromMinutes(5);

    /// <summary>After a failed refresh.</summary>
    private static readonly TimeSpan RetryEvery = TimeSpan.FromMinutes(1);

    /// <summary>
    /// restic's own: at 30 minutes others take the lock for stale, and what is being written must have ended by then.
    /// </summary>
    private static readonly TimeSpan LostAfter = TimeSpan.FromMinutes(22.5);

    private readonly Repository repository;
    private readonly LockFiles files;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource lost = new();
    private readonly CancellationTokenSource stop = new();
    private readonly ITimer deadline;
    private readonly Task refreshing;
    private readonly LockInfo info;
    private volatile Written written;

    private RepositoryLock(Repository repository, LockFiles files, LockInfo info, Id id)
    {
        this.repository = repository;
        this.files = files;
        this.info = info;
        written = new Written(id, info.Time);
        time = repository.Options.Time;
        // A timer of its own: a store that hangs in the middle of a refresh must not hide that time is up.
        deadline = time.CreateTimer(_ => lost.Cancel(), null, LostAfter, Timeout.InfiniteTimeSpan);
        refreshing = RefreshAsync();
    }

    /// <summary>Cancelled when the lock could not be refreshed in time, or somebody removed it.</summary>
    public CancellationToken Lost => lost.Token;

    internal static async Task<RepositoryLock> TakeAsync(
        Repository repository,
        bool exclusive,
        CancellationToken cancellationToken
    )
    {
        var locks = new LockFiles(repository);
        TimeProvider clock = repository.Options.Time;
        var holder = new LockInfo
        {
            Time = clock.GetUtcNow(),
            Exclusive = exclusive,
            Hostname = repository.Options.LockHostname,
            Username = repository.Options.LockUsername,
            ProcessId = Environment.ProcessId,
        };
        await locks.ThrowIfLockedAsync(holder, own: default, cancellationToken);
        Id id = await locks.SaveAsync(holder, cancellationToken);
        try
        {
            // Two may have looked at the same moment; whoever sees the other's file afterwards gives way.
            await Task.Delay(LockFiles.RaceWindow, clock, cancellationToken);
            await locks.ThrowIfLockedAsync(holder, id, cancellationToken);
        }
        catch
        {
            await locks.DeleteQuietlyAsync(id);
            throw;
        }
        return new RepositoryLock(repository, locks, holder, id);
    }

    /// <summary>
    /// Returns when the lock is known to be held: its file is there, and nobody may take it for stale yet. The timers do
    /// not say that: they stand still while the machine is suspended.
    /// </summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.LockLost"/>.</exception>
    internal async Task ConfirmAsync(CancellationToken cancellationToken)
    {
        Written seen;
        bool exists;
        do
        {
            seen = written;
            exists = await files.ExistsAsync(seen.Id, cancellationToken);
        } while (!exists && !ReferenceEquals(seen, written)); // A refresh replaced it meanwhile.
        if (!exists || lost.IsCancellationRequested || time.GetUtcNow() - seen.Time >= LostAfter)
        {
            await lost.CancelAsync();
            throw new EngineError(
                EngineErrorKind.LockLost,
                temporary: true,
                "The lock on the repository is no longer held, so the work was stopped.",
                "Run the same again; what was done so far is kept."
            );
        }
    }

    public async ValueTask DisposeAsync()
    {
        repository.Forget(this);
        await stop.CancelAsync();
        await refreshing;
        await deadline.DisposeAsync();
        await files.DeleteQuietlyAsync(written.Id);
        stop.Dispose();
        lost.Dispose();
    }

    private async Task RefreshAsync()
    {
        TimeSpan wait = RefreshEvery;
        while (!stop.IsCancellationRequested && !lost.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(wait, time, stop.Token);
                await RefreshOnceAsync();
                wait = RefreshEvery;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (EngineError)
            {
                wait = RetryEvery; // The deadline ends the trying.
            }
        }
    }

    private async Task RefreshOnceAsync()
    {
        Id old = written.Id;
        LockInfo fresh = info with { Time = time.GetUtcNow() };
        // As restic, looked for twice: while the new one was written the machine may have been suspended, and the old one removed.
        if (!await files.ExistsAsync(old, stop.Token) || !await ReplaceAsync(old, fresh))
        {
            // Somebody took us for dead, and may be writing what we excluded.
            await lost.CancelAsync();
            return;
        }
        _ = deadline.Change(LostAfter, Timeout.InfiniteTimeSpan);
        await files.DeleteQuietlyAsync(old);
    }

    /// <returns>False, and nothing written, when the old one is gone by now.</returns>
    private async Task<bool> ReplaceAsync(Id old, LockInfo fresh)
    {
        Id id = await files.SaveAsync(fresh, stop.Token);
        bool held = false;
        try
        {
            held = await files.ExistsAsync(old, stop.Token);
        }
        finally
        {
            if (held)
            {
                written = new Written(id, fresh.Time);
            }
            else
            {
                await files.DeleteQuietlyAsync(id);
            }
        }
        return held;
    }

    /// <summary>The lock file as it was last written.</summary>
    private sealed record Written(Id Id, DateTimeOffset Time);
}
