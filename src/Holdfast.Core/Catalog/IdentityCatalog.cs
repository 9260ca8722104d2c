namespace Holdfast.Core.Catalog;

/// <summary>
/// The catalog as identity uses it: the same transactions, and a number that moves with every change, so that what was
/// read can be remembered while it holds.
/// </summary>
public sealed class IdentityCatalog(ICatalog catalog)
{
    private long generation;

    /// <summary>
    /// Another number after each change of identity's rows. Whatever was read after the number was is true for as long as
    /// the number stands: an embedded catalog has one process, and all of identity's changes pass through here.
    /// </summary>
    public long Generation => Interlocked.Read(ref generation);

    /// <inheritdoc cref="ICatalog.ReadAsync"/>
    public Task<T> ReadAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken) =>
        catalog.ReadAsync(work, cancellationToken);

    /// <inheritdoc cref="ICatalog.WriteAsync"/>
    public async Task<T> WriteAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await catalog.WriteAsync(work, cancellationToken);
        }
        finally
        {
            // Also when it failed: nobody can say that a failed commit changed nothing.
            Interlocked.Increment(ref generation);
        }
    }
}
