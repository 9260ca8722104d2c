using Holdfast.Core;
using Holdfast.Core.Catalog;
using Holdfast.Core.Catalog.Postgres;
using Holdfast.Testing.Core;
using Holdfast.Testing.Postgres;
using Npgsql;
using Xunit;

namespace Holdfast.Tests.Core.Catalog;

/// <summary>One real PostgreSQL for many tests, each with a database of its own.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    public PostgresServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await PostgresServer.StartAsync();

    public async ValueTask DisposeAsync() => await Server.DisposeAsync();
}

public sealed class PostgresCatalogTests(PostgresFixture postgres) : CatalogSuite, IClassFixture<PostgresFixture>
{
    private string connection = "";

    protected override async Task<ICatalog> OpenAsync()
    {
        connection = PostgresConnection.Parse(await postgres.Server.NewDatabaseAsync());
        return new PostgresCatalog(connection, TimeProvider.System);
    }

    [Fact]
    public async Task A_newer_schema_is_refused()
    {
        await using (NpgsqlConnection direct = new(connection))
        {
            await direct.OpenAsync();
            await using NpgsqlCommand command = new("INSERT INTO schema_version VALUES (9999, 'future', 0)", direct);
            await command.ExecuteNonQueryAsync();
        }
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() => Catalog.MigrateAsync(CancellationToken.None));
        Assert.Contains("9999", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nodes_that_start_at_once_migrate_once()
    {
        string empty = PostgresConnection.Parse(await postgres.Server.NewDatabaseAsync());
        PostgresCatalog[] nodes =
        [
            .. Enumerable.Range(0, 4).Select(_ => new PostgresCatalog(empty, TimeProvider.System)),
        ];
        await Task.WhenAll(nodes.Select(node => node.MigrateAsync(CancellationToken.None)));
        await nodes[0].AddSharesAsync(Rows.Share("s1"));
        Assert.NotNull(await nodes[3].ShareAsync("s1"));
        foreach (PostgresCatalog node in nodes)
        {
            await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_a_failure_that_tells_clients_nothing_of_it()
    {
        await using PostgresCatalog nowhere = new(
            PostgresConnection.Parse("postgres://ann:secret@127.0.0.1:1/holdfast"),
            TimeProvider.System
        );
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() =>
            nowhere.ReadAsync(session => session.ShareTypes.FindDefaultAsync(), CancellationToken.None)
        );
        Assert.Equal(ServiceErrorKind.Unavailable, error.Kind);
        Assert.DoesNotContain("127.0.0.1", error.Message, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1", error.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Detail, StringComparison.Ordinal);
    }
}
