using Holdfast.Core;
using Holdfast.Core.Catalog;
using Holdfast.Core.Catalog.Postgres;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Testing;
using Holdfast.Testing.Core;
using Holdfast.Testing.Processes;
using Npgsql;
using Xunit;

namespace Holdfast.Tests.Core.Catalog.Postgres;

public sealed class PostgresCatalogTests(PostgresFixture postgres) : CatalogSuite, IClassFixture<PostgresFixture>
{
    private string connection = "";

    protected override async Task<ICatalog> OpenAsync()
    {
        connection = await postgres.NewDatabaseAsync();
        return new PostgresCatalog(connection, new DatabaseClock());
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
        string empty = await postgres.NewDatabaseAsync();
        PostgresCatalog[] nodes =
        [
            .. Enumerable.Range(0, 4).Select(_ => new PostgresCatalog(empty, new DatabaseClock())),
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
            new DatabaseClock()
        );
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() =>
            nowhere.ReadAsync(session => session.ShareTypes.FindDefaultAsync(), CancellationToken.None)
        );
        Assert.Equal(ServiceErrorKind.Unavailable, error.Kind);
        Assert.DoesNotContain("127.0.0.1", error.Message, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1", error.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_breaks_the_database_is_the_requests_fault_where_it_is()
    {
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() =>
            Catalog.ReadAsync(session => session.Shares.FindAsync("a\0b"), CancellationToken.None)
        );
        Assert.Equal(ServiceErrorKind.Invalid, error.Kind);
    }

    [Fact]
    public async Task The_clock_is_the_databases()
    {
        // A machine whose clock is years off.
        DatabaseClock clock = new(new SteppedTime());
        await using PostgresCatalog catalog = new(connection, clock);

        await catalog.ReadAsync(session => session.ShareTypes.FindDefaultAsync(), CancellationToken.None);

        DateTimeOffset database = await Catalog.ReadAsync(
            session => session.ScalarAsync<DateTimeOffset>("SELECT (extract(epoch FROM now()) * 1000000)::bigint"),
            CancellationToken.None
        );
        Assert.Equal(database, clock.GetUtcNow(), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Writers_that_contradict_each_other_on_many_nodes_all_get_through()
    {
        const int writers = 48;
        await using PostgresCatalog other = new(connection, new DatabaseClock());
        ICatalog[] nodes = [Catalog, other];
        // Each counts all and adds one: no two of these fit side by side.
        await Task.WhenAll(
            Enumerable
                .Range(0, writers)
                .Select(n =>
                    nodes[n % 2]
                        .WriteAsync(
                            async session =>
                            {
                                int there = await session.ScalarAsync<int>("SELECT count(*) FROM settings");
                                await session.Settings.TryAddAsync($"n{there}", $"{n}");
                            },
                            CancellationToken.None
                        )
                )
        );
        Assert.Equal(
            writers,
            await Catalog.ReadAsync(
                session => session.ScalarAsync<int>("SELECT count(*) FROM settings"),
                CancellationToken.None
            )
        );
    }

    [Fact]
    public async Task A_statement_that_takes_too_long_is_called_off_and_the_next_one_is_not()
    {
        string impatient = $"{connection};Options=-c statement_timeout=100ms";
        await using PostgresCatalog catalog = new(impatient, new DatabaseClock());

        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() =>
            catalog.ReadAsync(session => session.ExecuteAsync("SELECT pg_sleep(60)"), CancellationToken.None)
        );
        Assert.Equal(ServiceErrorKind.Unavailable, error.Kind);
        Assert.Equal(1, await catalog.ReadAsync(s => s.ScalarAsync<int>("SELECT 1"), CancellationToken.None));
    }

    [Fact]
    public async Task The_server_does_not_wait_long_for_a_node_that_is_gone()
    {
        Dictionary<string, string> expected = new()
        {
            ["tcp_keepalives_idle"] = "10",
            ["tcp_keepalives_interval"] = "5",
            ["tcp_keepalives_count"] = "3",
            ["tcp_user_timeout"] = "25000",
        };
        foreach ((string name, string value) in expected)
        {
            Assert.Equal(
                value,
                await Catalog.ReadAsync(
                    session => session.ScalarAsync<string>("SELECT current_setting(@name)", new { name }),
                    CancellationToken.None
                )
            );
        }
    }

    [Fact]
    public async Task A_value_that_another_has_just_added_is_a_conflict_and_one_that_stays_a_failure()
    {
        int runs = 0;
        // Looks at nothing before: the server has nothing else to refuse it for.
        Task AddAsync(string at) =>
            Catalog.WriteAsync(
                session =>
                    session.ExecuteAsync(
                        "INSERT INTO settings VALUES (@name, '')",
                        new { name = ++runs < 3 ? "taken" : at }
                    ),
                CancellationToken.None
            );
        await Catalog.WriteAsync(session => session.Settings.TryAddAsync("taken", ""), CancellationToken.None);

        await AddAsync("free");
        Assert.Equal(3, runs);
        runs = 0;
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() => AddAsync("taken"));
        Assert.Equal((ServiceErrorKind.Unavailable, 5), (error.Kind, runs));
    }

    [Fact]
    public async Task A_turn_is_waited_for_and_sees_what_the_one_before_has_done()
    {
        await using PostgresCatalog other = new(connection, new DatabaseClock());
        await Catalog.WriteAsync(session => session.Settings.TryAddAsync("n", "0"), CancellationToken.None);
        await using NpgsqlConnection direct = new(connection);
        await direct.OpenAsync();
        NpgsqlTransaction holder = await direct.BeginTransactionAsync();
        await using (NpgsqlCommand take = new("LOCK TABLE turn IN EXCLUSIVE MODE", direct))
        {
            await take.ExecuteNonQueryAsync();
        }
        int runs = 0;
        Task writing = Catalog.WriteAsync(
            async session =>
            {
                int there = await session.ScalarAsync<int>("SELECT value::int FROM settings WHERE name = 'n'");
                if (++runs == 1)
                {
                    await other.WriteAsync(Increase, CancellationToken.None);
                }
                await session.ExecuteAsync(
                    "UPDATE settings SET value = @next WHERE name = 'n'",
                    new { next = $"{there + 1}" }
                );
            },
            CancellationToken.None
        );
        await Eventually.HoldsAsync(
            "a wait for the turn",
            () =>
                other.ReadAsync(
                    session => session.ScalarAsync<bool>("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted"),
                    CancellationToken.None
                )
        );
        // While it waits for its turn.
        await other.WriteAsync(Increase, CancellationToken.None);
        await holder.CommitAsync();
        await writing;

        Assert.Equal(2, runs);
        Assert.Equal(
            3,
            await other.ReadAsync(
                session => session.ScalarAsync<int>("SELECT value::int FROM settings WHERE name = 'n'"),
                CancellationToken.None
            )
        );

        static Task Increase(ICatalogSession session) =>
            session.ExecuteAsync("UPDATE settings SET value = value::int + 1 WHERE name = 'n'");
    }

    [Fact]
    public async Task What_relies_on_a_queued_operation_is_committed_before_it_is_claimed()
    {
        await QueueExportAsync("before");
        await Catalog.WriteAsync(
            async session =>
            {
                await ChangeAsync(session, "one");
                // Another change relies on the same, and none waits for the other.
                await Catalog.WriteAsync(other => ChangeAsync(other, "two"), CancellationToken.None);
                Assert.Null(await ClaimExportAsync());
            },
            CancellationToken.None
        );
        Assert.NotNull(await ClaimExportAsync());
        Assert.Equal(["before", "one", "two"], await ChangesAsync());
        Assert.Equal(1, await ExportsAsync());
    }

    [Fact]
    public async Task What_would_rely_on_an_operation_that_was_just_claimed_queues_another()
    {
        await QueueExportAsync("before");
        int runs = 0;
        await Catalog.WriteAsync(
            async session =>
            {
                // The first run sees the catalog as it was before the claim.
                Assert.Equal(["before"], await ChangesAsync(session));
                if (++runs == 1)
                {
                    Assert.NotNull(await ClaimExportAsync());
                }
                await ChangeAsync(session, "after");
            },
            CancellationToken.None
        );
        Assert.Equal((2, 2), (runs, await ExportsAsync()));
        Assert.NotNull(await ClaimExportAsync());
    }

    private Task QueueExportAsync(string change) =>
        Catalog.WriteAsync(
            async session =>
            {
                await session.Repositories.AddAsync(Rows.Project, "r", Rows.Start);
                await ChangeAsync(session, change);
            },
            CancellationToken.None
        );

    /// <summary>Changes what an export holds.</summary>
    private static async Task ChangeAsync(ICatalogSession session, string name)
    {
        await session.Settings.TryAddAsync(name, "");
        await session.QueueExportAsync(Rows.Project, Rows.Start);
    }

    private Task<Operation?> ClaimExportAsync() =>
        new OperationQueue(Catalog, new ManualTime(Rows.Start), TimeSpan.FromMinutes(1), new WakeSignal()).ClaimAsync(
            new ClaimOffer("node1", [], [OperationKind.ExportProject]),
            CancellationToken.None
        );

    private Task<IReadOnlyList<string>> ChangesAsync() => Catalog.ReadAsync(ChangesAsync, CancellationToken.None);

    private static Task<IReadOnlyList<string>> ChangesAsync(ICatalogSession session) =>
        session.QueryAsync<string>("SELECT name FROM settings ORDER BY name");

    private Task<int> ExportsAsync() =>
        Catalog.ReadAsync(
            session => session.ScalarAsync<int>("SELECT count(*) FROM operations WHERE kind = 'export_project'"),
            CancellationToken.None
        );
}
