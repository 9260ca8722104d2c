using Holdfast.Core.Catalog.Postgres;
using Holdfast.Testing.Postgres;
using Xunit;

namespace Holdfast.Tests.Core.Catalog.Postgres;

/// <summary>One real PostgreSQL for many tests, each with a database of its own.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    public PostgresServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await PostgresServer.StartAsync();

    public async ValueTask DisposeAsync() => await Server.DisposeAsync();

    /// <summary>A connection to a new, empty database, as the catalog takes it.</summary>
    public async Task<string> NewDatabaseAsync() => PostgresConnection.Parse(await Server.NewDatabaseAsync());

    /// <summary>An empty catalog, not yet migrated.</summary>
    public async Task<PostgresCatalog> NewCatalogAsync() => new(await NewDatabaseAsync(), new DatabaseClock());
}
