using Holdfast.Core.Catalog;

namespace Holdfast.Tests.Core.Catalog;

/// <summary>Answers each query with nothing, once it was handed over to be explained.</summary>
/// <param name="dialect">Of the database that explains.</param>
/// <param name="explain">Given each query's SQL and parameters.</param>
internal sealed class ExplainingSession(SqlDialect dialect, Func<string, object?, Task> explain) : ICatalogSession
{
    public SqlDialect Dialect => dialect;

    public async Task<int> ExecuteAsync(string sql, object? parameters = null)
    {
        await explain(sql, parameters);
        return 0;
    }

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null)
    {
        await explain(sql, parameters);
        return [];
    }

    public async Task<T?> FindAsync<T>(string sql, object? parameters = null)
        where T : class
    {
        await explain(sql, parameters);
        return null;
    }

    public async Task<T?> ScalarAsync<T>(string sql, object? parameters = null)
    {
        await explain(sql, parameters);
        return default;
    }
}
