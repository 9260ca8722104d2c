namespace Holdfast.Core.Catalog;

/// <summary>
/// The rows of the service: who owns what, what is queued, what names which snapshot. Every implementation passes
/// <c>CatalogSuite</c>. Safe for many threads.
/// </summary>
/// <remarks>Failures of the database are a <see cref="ServiceError"/> of kind <see cref="ServiceErrorKind.Unavailable"/>.</remarks>
public interface ICatalog : IAsyncDisposable
{
    /// <summary>
    /// Brings the schema up to this program's version, each step in a transaction, after a copy of what was there.
    /// </summary>
    /// <exception cref="ServiceError">The schema is newer than this program knows.</exception>
    Task MigrateAsync(CancellationToken cancellationToken);

    /// <summary>Where the schema stands; nothing is made or changed.</summary>
    Task<SchemaVersion> SchemaAsync(CancellationToken cancellationToken);

    /// <summary>Reads one consistent state. The session refuses to write, and is dead when the task ends.</summary>
    Task<T> ReadAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>
    /// One transaction: all of it is durable when the task ends well, none of it when it throws. The delegate may run
    /// again after a conflict, so it changes nothing but rows.
    /// </summary>
    Task<T> WriteAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>
    /// The same for whoever takes a row from among others who take one too: of many at once nobody waits, and each gets
    /// another. It may rely on nothing but rows that it has locked with <see cref="SqlDialect.SkipLocked"/>.
    /// </summary>
    Task<T> ClaimAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken);
}

/// <summary>Steps of the schema.</summary>
/// <param name="Found">Those that the catalog has had; 0 before the first start.</param>
/// <param name="Known">Those that this program knows.</param>
public sealed record SchemaVersion(int Found, int Known);

public static class CatalogExtensions
{
    /// <inheritdoc cref="ICatalog.WriteAsync"/>
    public static Task WriteAsync(
        this ICatalog catalog,
        Func<ICatalogSession, Task> work,
        CancellationToken cancellationToken
    ) =>
        catalog.WriteAsync(
            async session =>
            {
                await work(session);
                return true;
            },
            cancellationToken
        );
}
