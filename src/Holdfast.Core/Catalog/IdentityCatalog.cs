namespace Holdfast.Core.Catalog;

/// <summary>
/// The catalog as identity uses it: the same transactions, and a number that moves with every change, so that what was
/// read can be remembered while it holds.
/// </summary>
public sealed class IdentityCatalog(ICatalog catalog, TimeProvider time)
{
    /// <summary>How long another process may have changed something before this one notices.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private const string Setting = "identity_generation";

    private sealed record Look(string? Stored, long At);

    private long generation;
    private volatile Look? last;

    /// <summary>
    /// Another number after each change of identity's rows: at once after this process's own, and within
    /// <see cref="LookEvery"/> after those of another node or of a verb on the host. Whatever was read after the number was
    /// is true for as long as the number stands.
    /// </summary>
    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.Unavailable"/>: the catalog could not be asked.</exception>
    public async ValueTask<long> GenerationAsync(CancellationToken cancellationToken)
    {
        if (last is not { } look || time.GetElapsedTime(look.At) >= LookEvery)
        {
            long asked = time.GetTimestamp();
            string? stored = await catalog.ReadAsync(rows => rows.Settings.FindAsync(Setting), cancellationToken);
            if (last is not { } before || before.Stored != stored)
            {
                Interlocked.Increment(ref generation);
            }
            last = new Look(stored, asked);
        }
        return Interlocked.Read(ref generation);
    }

    /// <inheritdoc cref="ICatalog.ReadAsync"/>
    public Task<T> ReadAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken) =>
        catalog.ReadAsync(work, cancellationToken);

    /// <inheritdoc cref="ICatalog.WriteAsync"/>
    public async Task<T> WriteAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken)
    {
        string changed = Guid.NewGuid().ToString("N");
        try
        {
            return await catalog.WriteAsync(
                async rows =>
                {
                    T result = await work(rows);
                    await rows.Settings.SetAsync(Setting, changed);
                    return result;
                },
                cancellationToken
            );
        }
        finally
        {
            // Also when it failed: nobody can say that a failed commit changed nothing.
            Interlocked.Increment(ref generation);
        }
    }
}
