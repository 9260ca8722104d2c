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
                IReadOnlyList<PlanStep> steps = [];
                await work(
                    new ExplainingSession(
                        session.Dialect,
                        async (sql, parameters) =>
                            steps = await session.QueryAsync<PlanStep>("EXPLAIN QUERY PLAN " + sql, parameters)
                    )
                );
                return steps;
            },
            CancellationToken.None
        );
}
