using System.Data.Common;
using Dapper;

namespace Holdfast.Core.Catalog;

internal sealed class CatalogSession(
    DbConnection connection,
    DbTransaction transaction,
    SqlDialect dialect,
    CancellationToken cancellationToken
) : ICatalogSession
{
    public SqlDialect Dialect => dialect;

    public Task<int> ExecuteAsync(string sql, object? parameters = null) =>
        connection.ExecuteAsync(Command(sql, parameters));

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null) =>
        (await connection.QueryAsync<T>(Command(sql, parameters))).AsList();

    public Task<T?> FindAsync<T>(string sql, object? parameters = null)
        where T : class => connection.QueryFirstOrDefaultAsync<T>(Command(sql, parameters));

    public Task<T?> ScalarAsync<T>(string sql, object? parameters = null) =>
        connection.ExecuteScalarAsync<T>(Command(sql, parameters));

    private CommandDefinition Command(string sql, object? parameters) =>
        new(dialect.Translate(sql), parameters, transaction, cancellationToken: cancellationToken);
}
