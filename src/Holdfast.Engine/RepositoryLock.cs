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

    private readonly LockFiles files;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource lost = new();
    private readonly CancellationTokenSource stop = new();
    private readonly ITimer deadline;
    private readonly Task refreshing;
    private LockInfo info;
    private Id id;

    private RepositoryLock(LockFiles files, LockInfo info, Id id, TimeProvider time)
    {
        this.files = files;
        this.info = info;
        this.id = id;
        this.time = time;
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
        Id written = await locks.SaveAsync(holder, cancellationToken);
        try
        {
            // Two may have looked at the same moment; whoever sees the other's file afterwards gives way.
            await Task.Delay(LockFiles.RaceWindow, clock, cancellationToken);
            await locks.ThrowIfLockedAsync(holder, written, cancellationToken);
        }
        catch
        {
            await locks.DeleteQuietlyAsync(written);
            throw;
        }
        return new RepositoryLock(locks, holder, written, clock);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await refreshing;
        await deadline.DisposeAsync();
        await files.DeleteQuietlyAsync(id);
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
        if (!await files.ExistsAsync(id, stop.Token))
        {
            // Somebody took us for dead, and may be writing what we excluded.
            await lost.CancelAsync();
            return;
        }
        info = info with { Time = time.GetUtcNow() };
        Id old = id;
        id = await files.SaveAsync(info, stop.Token);
        _ = deadline.Change(LostAfter, Timeout.InfiniteTimeSpan);
        await files.DeleteQuietlyAsync(old);
    }
}
