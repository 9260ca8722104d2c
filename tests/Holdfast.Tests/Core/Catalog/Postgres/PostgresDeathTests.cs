using Holdfast.Core;
using Holdfast.Core.Catalog;
using Holdfast.Core.Catalog.Postgres;
using Holdfast.Core.Operations;
using Holdfast.Testing;
using Holdfast.Testing.Processes;
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
        using CancellationTokenSource end = new();
        int[] acknowledged = new int[writers];
        int unknown = 0;
        async Task WriteAsync(int writer)
        {
            while (!end.IsCancellationRequested)
            {
                try
                {
                    // A counter: what is done twice is seen.
                    await catalog.WriteAsync(
                        async session =>
                        {
                            await session.ExecuteAsync(
                                "INSERT INTO settings VALUES (@name, '0') ON CONFLICT DO NOTHING",
                                new { name = $"w{writer}" }
                            );
                            await session.ExecuteAsync(
                                "UPDATE settings SET value = value::int + 1 WHERE name = @name",
                                new { name = $"w{writer}" }
                            );
                        },
                        CancellationToken.None
                    );
                    acknowledged[writer]++;
                }
                catch (ServiceError error) when (error.Kind == ServiceErrorKind.Unavailable)
                {
                    Interlocked.Increment(ref unknown);
                }
            }
        }
        Task[] writing = [.. Enumerable.Range(0, writers).Select(writer => Task.Run(() => WriteAsync(writer)))];
        for (int death = 0; death < 2; death++)
        {
            int before = acknowledged.Sum();
            await Eventually.HoldsAsync("writes", () => Task.FromResult(acknowledged.Sum() > before + 20));
            await postgres.Server.KillAsync();
            await postgres.Server.StartAgainAsync();
        }
        int last = acknowledged.Sum();
        await Eventually.HoldsAsync("writes again", () => Task.FromResult(acknowledged.Sum() > last + 20));
        await end.CancelAsync();
        await Task.WhenAll(writing);

        int there = await catalog.ReadAsync(
            session => session.ScalarAsync<int>("SELECT sum(value::int) FROM settings WHERE name LIKE 'w%'"),
            CancellationToken.None
        );
        Assert.InRange(there, acknowledged.Sum(), acknowledged.Sum() + unknown);
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
