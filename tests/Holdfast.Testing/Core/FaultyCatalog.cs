using Holdfast.Core;
using Holdfast.Core.Catalog;

namespace Holdfast.Testing.Core;

/// <summary>A catalog that refuses to write when told to: its disk is full.</summary>
public sealed class FaultyCatalog(ICatalog inner) : ICatalog
{
    private int left;

    /// <summary>So many writes fail from now on.</summary>
    public void FailWrites(int times) => Volatile.Write(ref left, times);

    public Task MigrateAsync(CancellationToken cancellationToken) => inner.MigrateAsync(cancellationToken);

    public Task<T> ReadAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken) =>
        inner.ReadAsync(work, cancellationToken);

    public Task<T> WriteAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken) =>
        Interlocked.Decrement(ref left) >= 0
            ? Task.FromException<T>(new ServiceError(ServiceErrorKind.Unavailable, "The disk is full."))
            : inner.WriteAsync(work, cancellationToken);

    public Task<T> ClaimAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken) =>
        WriteAsync(work, cancellationToken);

    // The catalog itself is its maker's.
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
