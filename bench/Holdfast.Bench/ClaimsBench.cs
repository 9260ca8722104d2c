using System.Diagnostics;
using System.Text.Json;
using Holdfast.Core.Catalog;
using Holdfast.Core.Catalog.Postgres;
using Holdfast.Core.Catalog.Sqlite;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;

namespace Holdfast.Bench;

/// <summary>
/// The queue of operations by itself: some claimers empty it at once, then end what they have claimed. One line of JSON says
/// how many a second, and what this process spent of CPU.
/// </summary>
internal static class ClaimsBench
{
    private const int Projects = 50;

    /// <param name="kind"><c>sqlite</c> or <c>postgres</c>.</param>
    /// <param name="place">The file of the new catalog, or the connection to its empty database.</param>
    public static async Task RunAsync(string kind, string place, int claimers, int operations)
    {
        // One process has the file; nodes on PostgreSQL have connections of their own.
        (ICatalog Catalog, TimeProvider Time)[] catalogs =
            kind == "sqlite"
                ? [(new SqliteCatalog(place, TimeProvider.System), TimeProvider.System)]
                : [.. Enumerable.Range(0, claimers).Select(_ => OpenPostgres(place))];
        await FillAsync(catalogs[0].Catalog, operations);
        OperationQueue[] queues =
        [
            .. Enumerable
                .Range(0, claimers)
                .Select(n => catalogs[n % catalogs.Length])
                .Select(one => new OperationQueue(one.Catalog, one.Time, TimeSpan.FromMinutes(5), new WakeSignal())),
        ];
        TimeSpan spent = Process.GetCurrentProcess().TotalProcessorTime;
        long begin = Stopwatch.GetTimestamp();
        List<Operation>[] claimed = await Task.WhenAll(
            queues.Select((queue, n) => Task.Run(() => ClaimAllAsync(queue, $"node{n}")))
        );
        double claiming = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        begin = Stopwatch.GetTimestamp();
        await Task.WhenAll(queues.Zip(claimed).Select(pair => Task.Run(() => EndAllAsync(pair.First, pair.Second))));
        double ending = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        spent = Process.GetCurrentProcess().TotalProcessorTime - spent;
        foreach ((ICatalog catalog, _) in catalogs)
        {
            await catalog.DisposeAsync();
        }
        if (claimed.Sum(own => own.Count) != operations)
        {
            throw new InvalidOperationException($"{claimed.Sum(own => own.Count)} of {operations} were claimed.");
        }
        Console.WriteLine(
            JsonSerializer.Serialize(
                new
                {
                    claims_per_second = operations / claiming,
                    ends_per_second = operations / ending,
                    cpu_seconds = spent.TotalSeconds,
                }
            )
        );
    }

    private static (ICatalog, TimeProvider) OpenPostgres(string connection)
    {
        DatabaseClock clock = new();
        return (new PostgresCatalog(connection, clock), clock);
    }

    private static async Task FillAsync(ICatalog catalog, int operations)
    {
        await catalog.MigrateAsync(default);
        await catalog.WriteAsync(
            async session =>
            {
                for (int n = 0; n < operations; n++)
                {
                    string project = (n % Projects).ToString("x32");
                    await session.Operations.AddAsync(
                        NewOperation.Of(OperationKind.CreateBackup, project, TimeProvider.System.GetUtcNow()) with
                        {
                            ShareId = $"share{n}",
                            BackupId = $"backup{n}",
                            Root = "local",
                        }
                    );
                }
            },
            default
        );
    }

    private static async Task<List<Operation>> ClaimAllAsync(OperationQueue queue, string node)
    {
        ClaimOffer offer = new(node, ["local"], [OperationKind.CreateBackup, OperationKind.RestoreBackup]);
        List<Operation> claimed = [];
        while (await queue.ClaimAsync(offer, default) is { } one)
        {
            claimed.Add(one);
        }
        return claimed;
    }

    private static async Task EndAllAsync(OperationQueue queue, List<Operation> claimed)
    {
        foreach (Operation one in claimed)
        {
            await queue.SucceedAsync(one, (_, _) => Task.CompletedTask, default);
        }
    }
}
