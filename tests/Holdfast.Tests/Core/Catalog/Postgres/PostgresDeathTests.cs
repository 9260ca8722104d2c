using System.Collections.Concurrent;
using Holdfast.Core;
using Holdfast.Core.Catalog;
using Holdfast.Core.Catalog.Postgres;
using Holdfast.Core.Operations;
using Holdfast.Testing;
using Holdfast.Testing.Processes;
using Holdfast.Tests.Core.Access.Keystone;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Holdfast.Tests.Core.Catalog.Postgres;

/// <summary>The server is killed, with connections of ours in every state, and comes back.</summary>
public sealed class PostgresDeathTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private string connection = "";
    private PostgresCatalog catalog = null!;

    public async ValueTask InitializeAsync()
    {
        connection = await postgres.NewDatabaseAsync();
        catalog = new PostgresCatalog(connection, new DatabaseClock());
        await catalog.MigrateAsync(CancellationToken.None);
    }

    public ValueTask DisposeAsync() => catalog.DisposeAsync();

    [Fact]
    public async Task Nothing_that_was_acknowledged_is_lost_and_nothing_is_done_twice()
    {
        const int writers = 6;
        await catalog.WriteAsync(
            async session =>
            {
                // Refuses nothing, so that what is done twice is there twice.
                await session.ExecuteAsync("CREATE TABLE done (token TEXT NOT NULL)");
                await session.ExecuteAsync("INSERT INTO settings VALUES ('counter', '0')");
            },
            CancellationToken.None
        );
        using CancellationTokenSource end = new();
        ConcurrentBag<string> acknowledged = [];
        ConcurrentBag<string> unknown = [];
        int again = 0;
        async Task WriteAsync()
        {
            while (!end.IsCancellationRequested)
            {
                // Of the request, not of a run of it.
                string token = Guid.NewGuid().ToString("N");
                int runs = 0;
                try
                {
                    await catalog.WriteAsync(
                        async session =>
                        {
                            if (++runs == 2)
                            {
                                Interlocked.Increment(ref again);
                            }
                            // All read and write this one row, so that most come into conflict and take turns.
                            int count = await session.ScalarAsync<int>(
                                "SELECT value::int FROM settings WHERE name = 'counter'"
                            );
                            await session.ExecuteAsync(
                                "UPDATE settings SET value = @next WHERE name = 'counter'",
                                new { next = $"{count + 1}" }
                            );
                            await session.ExecuteAsync("INSERT INTO done VALUES (@token)", new { token });
                        },
                        CancellationToken.None
                    );
                    acknowledged.Add(token);
                }
                catch (ServiceError error) when (error.Kind == ServiceErrorKind.Unavailable)
                {
                    unknown.Add(token);
                }
            }
        }
        Task[] writing = [.. Enumerable.Range(0, writers).Select(_ => Task.Run(WriteAsync))];
        for (int death = 0; death < 3; death++)
        {
            await MoreAsync();
            await postgres.Server.KillAsync();
            await postgres.Server.StartAgainAsync();
        }
        await MoreAsync();
        await end.CancelAsync();
        await Task.WhenAll(writing);

        (string[] done, int counter) = await catalog.ReadAsync(
            async session =>
                (
                    (await session.ScalarAsync<string>("SELECT string_agg(token, ' ') FROM done"))!.Split(' '),
                    await session.ScalarAsync<int>("SELECT value::int FROM settings WHERE name = 'counter'")
                ),
            CancellationToken.None
        );
        Assert.Equal(done.Distinct().Count(), done.Length);
        Assert.Empty(acknowledged.Except(done));
        Assert.Empty(done.Except(acknowledged).Except(unknown));
        Assert.Equal(done.Length, counter);

        // Many of them in turn.
        Task MoreAsync()
        {
            (int acknowledgedBefore, int againBefore) = (acknowledged.Count, again);
            return Eventually.HoldsAsync(
                "writes and conflicts",
                () =>
                    Task.FromResult(
                        acknowledged.Count > acknowledgedBefore + 20 && Volatile.Read(ref again) > againBefore + 10
                    )
            );
        }
    }

    [Fact]
    public async Task The_log_says_once_that_the_server_is_away_and_once_that_it_is_back()
    {
        RecordedLog<PostgresCatalog> log = new();
        await using PostgresCatalog logging = new(connection, new DatabaseClock(), log);
        Assert.Equal(1, await AskAsync());
        await postgres.Server.KillAsync();
        await Assert.ThrowsAsync<ServiceError>(AskAsync);
        await Assert.ThrowsAsync<ServiceError>(AskAsync);
        await Assert.ThrowsAsync<ServiceError>(() =>
            logging.WriteAsync(_ => Task.CompletedTask, CancellationToken.None)
        );
        await postgres.Server.StartAgainAsync();
        Assert.Equal(1, await AskAsync());
        Assert.Equal(1, await AskAsync());

        string[] lines = [.. log.Lines.Select(line => line.Text)];
        Assert.Equal(2, lines.Length);
        Assert.Contains("The catalog on ", lines[0], StringComparison.Ordinal);
        Assert.Contains("The catalog answers again, after ", lines[1], StringComparison.Ordinal);

        Task<int> AskAsync() =>
            logging.ReadAsync(session => session.ScalarAsync<int>("SELECT 1"), CancellationToken.None);
    }

    [Fact]
    public async Task Word_of_other_nodes_is_heard_and_heard_again_after_the_servers_death()
    {
        WakeSignal here = new();
        WakeSignal there = new();
        await using NodeChannel one = Channel("one", here);
        await using NodeChannel two = Channel("two", there);
        await one.OpenAsync(CancellationToken.None);
        await two.OpenAsync(CancellationToken.None);
        using CancellationTokenSource end = new();
        Task running = Task.WhenAll(
            one.ListenAsync(end.Token),
            one.TellAsync(end.Token),
            two.ListenAsync(end.Token),
            two.TellAsync(end.Token)
        );
        await HearsAsync(here, there);

        await postgres.Server.KillAsync();
        await postgres.Server.StartAgainAsync();
        await HearsAsync(there, here);

        await end.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_name_is_one_process_s_and_free_when_that_one_is_gone()
    {
        NodeChannel first = Channel("same", new WakeSignal());
        await first.OpenAsync(CancellationToken.None);
        await using NodeChannel second = Channel("same", new WakeSignal());

        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() => second.OpenAsync(CancellationToken.None));
        Assert.Equal(ServiceErrorKind.Conflict, error.Kind);
        Assert.Contains("same", error.Message, StringComparison.Ordinal);

        await first.DisposeAsync();
        await second.OpenAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_name_is_not_in_the_way_of_the_process_that_has_it()
    {
        await using NodeChannel first = Channel("again", new WakeSignal());
        await first.OpenAsync(CancellationToken.None);
        await first.OpenAsync(CancellationToken.None);

        await using NodeChannel second = Channel("again", new WakeSignal());
        await Assert.ThrowsAsync<ServiceError>(() => second.OpenAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_node_whose_name_another_process_has_taken_meanwhile_ends()
    {
        await using NodeChannel first = Channel("taken", new WakeSignal());
        await first.OpenAsync(CancellationToken.None);
        await catalog.WriteAsync(
            session =>
                session.ExecuteAsync(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND "
                        + "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                ),
            CancellationToken.None
        );
        await using NodeChannel second = Channel("taken", new WakeSignal());
        await second.OpenAsync(CancellationToken.None);

        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() => first.ListenAsync(CancellationToken.None));
        Assert.Equal(ServiceErrorKind.Conflict, error.Kind);
    }

    // Word that comes before the other listens is lost, as it may be: it is said until it is heard.
    private static Task HearsAsync(WakeSignal from, WakeSignal to)
    {
        Task heard = to.Next;
        return Eventually.HoldsAsync(
            "word from the other node",
            () =>
            {
                from.Wake();
                return Task.FromResult(heard.IsCompleted);
            }
        );
    }

    // Waits for nothing: the time that it would give a name passes at once.
    private NodeChannel Channel(string node, WakeSignal wake) =>
        new(
            connection,
            catalog,
            wake,
            new CoreOptions
            {
                DataDirectory = "/nowhere",
                Node = node,
                Roles = new HashSet<string>(),
                ShareRoots = [],
                PublicUrl = "http://127.0.0.1:1",
            },
            new EagerTime(),
            NullLogger<NodeChannel>.Instance
        );
}
