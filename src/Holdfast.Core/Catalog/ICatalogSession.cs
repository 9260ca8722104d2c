namespace Holdfast.Core.Catalog;

/// <summary>
/// One transaction. Tables are reached through properties that each <c>…Rows</c> file adds
/// (<c>session.Backups.FindAsync(id)</c>); only those files write SQL. Parameters are the public properties of an object
/// (<c>@name</c>); columns map to properties by name without underscores, times to INTEGER microseconds UTC.
/// </summary>
public interface ICatalogSession
{
    SqlDialect Dialect { get; }

    /// <returns>How many rows changed: the answer of a compare-and-set.</returns>
    Task<int> ExecuteAsync(string sql, object? parameters = null);

    Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null);

    /// <returns>The first row, or null.</returns>
    Task<T?> FindAsync<T>(string sql, object? parameters = null)
        where T : class;

    /// <returns>The first column of the first row, or the type's default.</returns>
    Task<T?> ScalarAsync<T>(string sql, object? parameters = null);
}

/// <summary>The few words in which the databases differ.</summary>
/// <param name="Name">Also the folder of its migrations.</param>
/// <param name="SkipLocked">Ends a SELECT that claims a row which others must not wait for.</param>
public sealed record SqlDialect(string Name, string SkipLocked);
