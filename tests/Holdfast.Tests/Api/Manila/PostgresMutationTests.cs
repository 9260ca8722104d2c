using Holdfast.Tests.Core.Catalog.Postgres;
using Xunit;

namespace Holdfast.Tests.Api.Manila;

/// <summary>The same on PostgreSQL, which refuses texts that SQLite takes.</summary>
public sealed class PostgresMutationTests(PostgresFixture postgres) : MutationTests, IClassFixture<PostgresFixture>
{
    internal override async Task<ManilaWorld> StartWorldAsync() =>
        await ManilaWorld.StartAsync(await postgres.NewCatalogAsync());
}
