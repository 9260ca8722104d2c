using System.Diagnostics.Metrics;
using Holdfast.Core.Catalog;
using Holdfast.Core.Scheduling;

namespace Holdfast.Core.Telemetry;

/// <summary>
/// What the catalog's rows say, as gauges. All nodes say the same. The rows are read when somebody asks and the last answer is
/// older than <see cref="FreshFor"/>, by one at a time; while the catalog does not answer, there are no such figures but
/// <c>holdfast_catalog_up</c> 0.
/// </summary>
public sealed class CatalogFigures : IDisposable
{
    public static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(15);

    /// <summary>Shares that have a time series of their own, those whose last backup is oldest first.</summary>
    public const int MostShares = 1000;

    // Whoever scrapes gives up after 10 s, as a rule.
    private static readonly TimeSpan LongestRead = TimeSpan.FromSeconds(5);

    private readonly ICatalog catalog;
    private readonly CoreOptions options;
    private readonly TimeProvider time;
    private readonly SemaphoreSlim turn = new(1);
    private volatile Figures? figures;
    private long? readAt;

    public CatalogFigures(Instruments instruments, ICatalog catalog, CoreOptions options, TimeProvider time)
    {
        this.catalog = catalog;
        this.options = options;
        this.time = time;
        Meter meter = instruments.Meter;
        meter.CreateObservableGauge(
            "holdfast_catalog_up",
            () => figures is null ? 0 : 1,
            null,
            "1 while the catalog answers."
        );
        Gauge("holdfast_backups", "Backups in each status.", now => now.Backups.Select(Of));
        Gauge(
            "holdfast_operations",
            "Operations that wait or run.",
            now => now.Operations.Select(one => Measure(one.Count, one))
        );
        Gauge(
            "holdfast_operations_oldest_timestamp_seconds",
            "When the oldest operation that waits or runs was asked for.",
            now => now.Operations.Select(one => Measure(Seconds(one.Oldest), one))
        );
        Gauge(
            "holdfast_share_last_backup_timestamp_seconds",
            "Of which moment the share's last good backup is; the oldest first, to a limit.",
            now => now.Shares.Select(one => Of(one, one.LastAt))
        );
        Gauge(
            "holdfast_share_last_proven_backup_timestamp_seconds",
            "Of which moment the share's last backup is that was read whole or restored for trial; of the same shares.",
            now => now.Shares.Where(one => one.ProvenAt is not null).Select(one => Of(one, one.ProvenAt!.Value))
        );
        Gauge(
            "holdfast_shares_not_shown",
            "Shares with a backup, left out of the last backups because there are too many.",
            now => [new(now.SharesWithBackup - now.Shares.Count)]
        );
        Gauge(
            "holdfast_shares_without_backup",
            "Shares without an available backup.",
            now => [new(now.SharesInAll - now.SharesWithBackup)]
        );
        Gauge(
            "holdfast_repository_logical_bytes",
            "What all backups restore to, as the last verification of each repository counted it.",
            now => [new(now.Space.LogicalBytes)]
        );
        Gauge(
            "holdfast_repository_unique_bytes",
            "Of that what is there once, before it is compressed.",
            now => [new(now.Space.UniqueBytes)]
        );
        Gauge(
            "holdfast_repository_stored_bytes",
            "What it takes in the store; logical by stored is the deduplication and compression ratio.",
            now => [new(now.Space.StoredBytes)]
        );
        Gauge(
            "holdfast_node_up",
            "1 while the node in that role is heard of.",
            now =>
                now.Nodes.Select(one => new Measurement<double>(
                    one.SeenAt >= now.At - NodePresence.AliveFor(options.Lease) ? 1 : 0,
                    new KeyValuePair<string, object?>("node", one.Node),
                    new("role", one.Role)
                ))
        );

        void Gauge(string name, string description, Func<Figures, IEnumerable<Measurement<double>>> read) =>
            meter.CreateObservableGauge(name, () => figures is { } now ? read(now) : [], null, description);
    }

    /// <summary>Reads the rows, unless that was done just now.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (readAt is { } last && time.GetElapsedTime(last) < FreshFor)
            {
                return;
            }
            figures = await ReadAsync(cancellationToken);
            readAt = time.GetTimestamp();
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>For whoever is told without asking: reads the rows again and again until told to stop.</summary>
    public Task KeepFreshAsync(CancellationToken stopping) => Loops.EveryAsync(FreshFor, RefreshAsync, time, stopping);

    public void Dispose() => turn.Dispose();

    /// <returns>Null when the catalog does not answer, or not soon.</returns>
    private async Task<Figures?> ReadAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource late = new(LongestRead, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken,
            late.Token
        );
        try
        {
            return await catalog.ReadAsync(
                async session =>
                {
                    IReadOnlyList<LastBackup> shares = await session.Shares.LastBackupsAsync(MostShares);
                    return new Figures(
                        time.Now(),
                        await session.Backups.CountAsync(),
                        await session.Operations.CountLiveAsync(),
                        shares,
                        SharesWithBackup: shares.Count > 0 ? shares[0].InAll : 0,
                        SharesInAll: await session.Shares.CountAsync(),
                        await session.Repositories.SpaceAsync(),
                        await session.Nodes.ListAsync()
                    );
                },
                either.Token
            );
        }
        catch (ServiceError error) when (error.Kind == ServiceErrorKind.Unavailable)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private static Measurement<double> Of(LastBackup one, DateTimeOffset at) =>
        new(Seconds(at), new KeyValuePair<string, object?>("share_id", one.ShareId), new("project_id", one.ProjectId));

    private static Measurement<double> Of(BackupCount one) =>
        new(one.Count, new KeyValuePair<string, object?>("status", one.Status));

    private static Measurement<double> Measure(double value, OperationCount one) =>
        new(value, new KeyValuePair<string, object?>("kind", one.Kind), new("status", one.Status));

    private static double Seconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds() / 1000.0;

    private sealed record Figures(
        DateTimeOffset At,
        IReadOnlyList<BackupCount> Backups,
        IReadOnlyList<OperationCount> Operations,
        IReadOnlyList<LastBackup> Shares,
        long SharesWithBackup,
        long SharesInAll,
        SpaceTaken Space,
        IReadOnlyList<NodeRole> Nodes
    );
}
