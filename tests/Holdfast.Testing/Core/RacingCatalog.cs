using Holdfast.Core.Catalog;

namespace Holdfast.Testing.Core;

/// <summary>A catalog in which somebody else is at work: once, just after a read.</summary>
public sealed class RacingCatalog(ICatalog inner) : ICatalog
{
    /// <summary>What happens between the next read and whatever its reader does with it.</summary>
    public Func<Task>? AfterRead { get; set; }

    public Task MigrateAsync(CancellationToken cancellationToken) => inner.MigrateAsync(cancellationToken);

    public Task<SchemaVersion> SchemaAsync(CancellationToken cancellationToken) => inner.SchemaAsync(cancellationToken);

    public async Task<T> ReadAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken)
    {
        T seen = await inner.ReadAsync(work, cancellationToken);
        Func<Task>? race = AfterRead;
        AfterRead = null;
        await (race?.Invoke() ?? Task.CompletedTask);
        return seen;
    }

    public Task<T> WriteAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken) =>
        inner.WriteAsync(work, cancellationToken);

    public Task<T> ClaimAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken) =>
        inner.ClaimAsync(work, cancellationToken);

    // The catalog itself is its maker's.
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
