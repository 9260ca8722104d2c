using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Catalog.Sqlite;
using Holdfast.Core.Telemetry;
using Holdfast.Testing;
using Holdfast.Testing.Core;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Holdfast.Tests.Core.Telemetry;

public sealed class CatalogFiguresTests : IAsyncLifetime
{
    private readonly TemporaryDirectory directory = new();
    private readonly ManualTime time = new();
    private FaultyCatalog catalog = null!;
    private ServiceProvider services = null!;

    public async ValueTask InitializeAsync()
    {
        catalog = new FaultyCatalog(new SqliteCatalog(directory["catalog.db"], time));
        await catalog.MigrateAsync(default);
        services = new ServiceCollection()
            .AddSingleton<Holdfast.Core.Catalog.ICatalog>(catalog)
            .AddSingleton<TimeProvider>(time)
            .AddSingleton(
                new CoreOptions
                {
                    DataDirectory = directory.Path,
                    Node = "node1",
                    Roles = new HashSet<string>(),
                    ShareRoots = [],
                    PublicUrl = "http://127.0.0.1:8786",
                }
            )
            .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
            .AddSingleton<Policy>()
            .AddTelemetry()
            .BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await catalog.DisposeAsync();
        directory.Dispose();
    }

    private Task<string> ReadAsync() => services.GetRequiredService<MetricsText>().ReadAsync(default);

    [Fact]
    public async Task A_catalog_that_does_not_answer_is_told_and_takes_its_figures_along()
    {
        await catalog.AddSharesAsync(Rows.Share("s1"));
        await catalog.AddBackupsAsync(Rows.Backup("b1", "s1"));
        await catalog.WriteAsync(
            async session =>
            {
                await session.Repositories.AddAsync(Rows.Project, "id", Rows.Start);
                await session.Repositories.MeasuredAsync(Rows.Project, 300, 200, 100);
            },
            default
        );
        string good = await ReadAsync();
        Assert.Contains("holdfast_catalog_up 1\n", good, StringComparison.Ordinal);
        Assert.Contains("holdfast_backups{status=\"available\"} 1\n", good, StringComparison.Ordinal);
        Assert.Contains("holdfast_repository_logical_bytes 300\n", good, StringComparison.Ordinal);
        Assert.Contains("holdfast_repository_unique_bytes 200\n", good, StringComparison.Ordinal);
        Assert.Contains("holdfast_repository_stored_bytes 100\n", good, StringComparison.Ordinal);

        catalog.FailsReads = true;
        time.Advance(CatalogFigures.FreshFor);
        string away = await ReadAsync();
        Assert.Contains("holdfast_catalog_up 0\n", away, StringComparison.Ordinal);
        Assert.DoesNotContain("holdfast_backups{", away, StringComparison.Ordinal);
        Assert.Contains("holdfast_build_info{", away, StringComparison.Ordinal);

        catalog.FailsReads = false;
        time.Advance(CatalogFigures.FreshFor);
        Assert.Contains("holdfast_catalog_up 1\n", await ReadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_are_read_again_only_when_the_last_answer_is_old()
    {
        await catalog.AddSharesAsync(Rows.Share("s1"));
        Assert.Contains("holdfast_shares_without_backup 1\n", await ReadAsync(), StringComparison.Ordinal);
        await catalog.AddBackupsAsync(Rows.Backup("b1", "s1"));

        time.Advance(CatalogFigures.FreshFor - TimeSpan.FromSeconds(1));
        Assert.Contains("holdfast_shares_without_backup 1\n", await ReadAsync(), StringComparison.Ordinal);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("holdfast_shares_without_backup 0\n", await ReadAsync(), StringComparison.Ordinal);
    }

    /// <summary>However many there were since the start, and what is gone is not told of.</summary>
    [Fact]
    public async Task Each_share_has_its_series_in_the_long_run()
    {
        for (int round = 0; round < 5; round++)
        {
            string[] shares = [.. Enumerable.Range(0, 600).Select(number => $"s{round}-{number}")];
            await catalog.AddSharesAsync([.. shares.Select(id => Rows.Share(id))]);
            await catalog.AddBackupsAsync([.. shares.Select(id => Rows.Backup($"b-{id}", id))]);

            string[] told = [.. ToldOf(await ReadAsync()).Order(StringComparer.Ordinal)];
            Assert.Equal(shares.Order(StringComparer.Ordinal), told);

            await catalog.WriteAsync(
                session => session.ExecuteAsync("DELETE FROM backups; DELETE FROM shares"),
                default
            );
            time.Advance(CatalogFigures.FreshFor);
        }

        static IEnumerable<string> ToldOf(string text) =>
            text.Split('\n')
                .Where(line =>
                    line.StartsWith("holdfast_share_last_backup_timestamp_seconds{", StringComparison.Ordinal)
                )
                .Select(line => line.Split('"')[3]);
    }

    [Fact]
    public async Task A_long_count_keeps_nobody_waiting_and_is_told_once_it_is_there()
    {
        await catalog.AddSharesAsync(Rows.Share("s1"));
        Assert.Contains("holdfast_shares_without_backup 1\n", await ReadAsync(), StringComparison.Ordinal);
        await catalog.AddSharesAsync(Rows.Share("s2"));
        time.Advance(CatalogFigures.FreshFor);

        // The first says that the catalog is there, the second counts.
        catalog.HangRead(nth: 2);
        Task<string> asking = ReadAsync();
        await Eventually.HoldsAsync(
            "the answer without the count",
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(asking.IsCompleted);
            }
        );
        string text = await asking;
        Assert.Contains("holdfast_catalog_up 1\n", text, StringComparison.Ordinal);
        Assert.Contains("holdfast_shares_without_backup 1\n", text, StringComparison.Ordinal);

        catalog.Answer();
        await Eventually.HoldsAsync(
            "the count to be told",
            async () => (await ReadAsync()).Contains("holdfast_shares_without_backup 2\n", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Two_services_in_one_process_count_for_themselves()
    {
        using Instruments other = new();
        other.Meter.CreateCounter<long>("holdfast_other").Add(1);

        Assert.DoesNotContain("holdfast_other", await ReadAsync(), StringComparison.Ordinal);
    }
}
