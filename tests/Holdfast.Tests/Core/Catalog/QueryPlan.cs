using Holdfast.Core.Catalog;

namespace Holdfast.Tests.Core.Catalog;

/// <summary>A step of SQLite's plan of a query, beneath the step of the id <paramref name="Parent"/>, or none.</summary>
internal sealed record PlanStep(long Id, long Parent, long NotUsed, string Detail);

internal static class QueryPlan
{
    /// <summary>How the database would answer the last query of the work, which sees none of its rows.</summary>
    public static Task<IReadOnlyList<PlanStep>> ExplainAsync(this ICatalog catalog, Func<ICatalogSession, Task> work) =>
        catalog.ReadAsync(
            async session =>
            {
                Explained explained = new(session);
                await work(explained);
                return explained.Steps;
            },
            CancellationToken.None
        );

    private sealed class Explained(ICatalogSession session) : ICatalogSession
    {
        public IReadOnlyList<PlanStep> Steps { get; private set; } = [];

        public SqlDialect Dialect => session.Dialect;

        public async Task<int> ExecuteAsync(string sql, object? parameters = null)
        {
            await ExplainAsync(sql, parameters);
            return 0;
        }

        public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null)
        {
            await ExplainAsync(sql, parameters);
            return [];
        }

        public async Task<T?> FindAsync<T>(string sql, object? parameters = null)
            where T : class
        {
            await ExplainAsync(sql, parameters);
            return null;
        }

        public async Task<T?> ScalarAsync<T>(string sql, object? parameters = null)
        {
            await ExplainAsync(sql, parameters);
            return default;
        }

        private async Task ExplainAsync(string sql, object? parameters) =>
            Steps = await session.QueryAsync<PlanStep>("EXPLAIN QUERY PLAN " + sql, parameters);
    }
}
