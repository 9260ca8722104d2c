using System.Diagnostics.Metrics;
using Holdfast.Core.Catalog;
using Holdfast.Core.Scheduling;

namespace Holdfast.Core.Telemetry;

/// <summary>
/// What the catalog's rows say, as gauges. All nodes say the same. The rows are read when somebody asks and the last answer is
/// older than <see cref="FreshFor"/>, by one at a time; while the catalog does not answer, there are no such figures but
/// <c>holdfast_catalog_up</c> 0. What takes long to count in a large catalog is counted beside: who asks does not wait longer than
/// <see cref="LongestRead"/> for it and gets the figures of before, and the next count begins once the catalog has rested from it.
/// </summary>
public sealed class CatalogFigures : IDisposable
{
    public static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(15);

    /// <summary>Shares that have a time series of their own, those whose last backup is oldest first.</summary>
    public const int MostShares = 1000;

    /// <summary>Whoever scrapes gives up after 10 s, as a rule.</summary>
    public static readonly TimeSpan LongestRead = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan LongestCount = TimeSpan.FromMinutes(2);

    /// <summary>How much longer the catalog rests from a count than the count took.</summary>
    private const int Rest = 10;

    /// <summary>
    /// OpenTelemetry keeps 2,000 time series of an instrument, those of shares that are gone too: before there can be more, the
    /// instruments are made anew.
    /// </summary>
    private const int MostSeries = 1900;

    private readonly ICatalog catalog;
    private readonly CoreOptions options;
    private readonly Instruments instruments;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource stopped = new();
    private readonly SemaphoreSlim turn = new(1);
    private readonly HashSet<string> sharesTold = [];
    private Meter meter = null!;
    private volatile Presence? presence;
    private volatile Counts? counts;
    private Task counting = Task.CompletedTask;
    private DateTimeOffset countAgainAt = DateTimeOffset.MinValue;
    private long? readAt;

    public CatalogFigures(Instruments instruments, ICatalog catalog, CoreOptions options, TimeProvider time)
    {
        this.catalog = catalog;
        this.options = options;
        this.instruments = instruments;
        this.time = time;
        MakeGauges();
    }

    private void MakeGauges()
    {
        meter = instruments.NewMeter("Catalog");
        meter.CreateObservableGauge(
            "holdfast_catalog_up",
            () => presence is null ? 0 : 1,
            null,
            "1 while the catalog answers."
        );
        Counted("holdfast_backups", "Backups in each status.", now => now.Backups.Select(Of));
        Told(
            "holdfast_operations",
            "Operations that wait or run.",
            now => now.Operations.Select(one => Measure(one.Count, one))
        );
        Told(
            "holdfast_operations_oldest_timestamp_seconds",
            "When the oldest operation that waits or runs was asked for.",
            now => now.Operations.Select(one => Measure(Seconds(one.Oldest), one))
        );
        Counted(
            "holdfast_share_last_backup_timestamp_seconds",
            "Of which moment the share's last good backup is; the oldest first, to a limit.",
            now => now.Shares.Select(one => Of(one, one.LastAt))
        );
        Counted(
            "holdfast_share_last_proven_backup_timestamp_seconds",
            "Of which moment the share's last backup is that was read whole or restored for trial; of the same shares.",
            now => now.Shares.Where(one => one.ProvenAt is not null).Select(one => Of(one, one.ProvenAt!.Value))
        );
        Counted(
            "holdfast_shares_not_shown",
            "Shares with a backup, left out of the last backups because there are too many.",
            now => [new(now.SharesWithBackup - now.Shares.Count)]
        );
        Counted(
            "holdfast_shares_without_backup",
            "Shares without an available backup.",
            now => [new(now.SharesInAll - now.SharesWithBackup)]
        );
        Counted(
            "holdfast_repository_logical_bytes",
            "What all backups restore to, as the last verification of each repository counted it.",
            now => [new(now.Space.LogicalBytes)]
        );
        Counted(
            "holdfast_repository_unique_bytes",
            "Of that what is there once, before it is compressed.",
            now => [new(now.Space.UniqueBytes)]
        );
        Counted(
            "holdfast_repository_stored_bytes",
            "What it takes in the store; logical by stored is the deduplication and compression ratio.",
            now => [new(now.Space.StoredBytes)]
        );
        Told(
            "holdfast_node_up",
            "1 while the node in that role is heard of.",
            now =>
                now.Nodes.Select(one => new Measurement<double>(
                    one.SeenAt >= now.At - NodePresence.AliveFor(options.Lease) ? 1 : 0,
                    new KeyValuePair<string, object?>("node", one.Node),
                    new("role", one.Role)
                ))
        );

        void Told(string name, string description, Func<Presence, IEnumerable<Measurement<double>>> read) =>
            meter.CreateObservableGauge(name, () => presence is { } now ? read(now) : [], null, description);

        void Counted(string name, string description, Func<Counts, IEnumerable<Measurement<double>>> read) =>
            meter.CreateObservableGauge(name, () => counts is { } now ? read(now) : [], null, description);
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
            presence = await ReadAsync(LookAsync, LongestRead, cancellationToken);
            if (presence is null)
            {
                counts = null;
            }
            else
            {
                if (counting.IsCompleted && time.Now() >= countAgainAt)
                {
                    counting = CountAsync();
                }
                await WaitForCountAsync(cancellationToken);
            }
            readAt = time.GetTimestamp();
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>For whoever is told without asking: reads the rows again and again until told to stop.</summary>
    public Task KeepFreshAsync(CancellationToken stopping) => Loops.EveryAsync(FreshFor, RefreshAsync, time, stopping);

    public void Dispose()
    {
        stopped.Cancel();
        meter.Dispose();
        turn.Dispose();
    }

    private async Task CountAsync()
    {
        long began = time.GetTimestamp();
        Counts? counted = await ReadAsync(CountAsync, LongestCount, stopped.Token);
        countAgainAt = time.Now() + (Rest * time.GetElapsedTime(began));
        string[] shares = [.. (counted?.Shares ?? []).Select(one => one.ShareId)];
        sharesTold.UnionWith(shares);
        if (sharesTold.Count <= MostSeries)
        {
            counts = counted;
            return;
        }
        meter.Dispose();
        counts = counted;
        MakeGauges();
        sharesTold.IntersectWith(shares);
    }

    private async Task WaitForCountAsync(CancellationToken cancellationToken)
    {
        try
        {
            await counting.WaitAsync(LongestRead, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // It goes on; what was counted before holds until it ends.
        }
    }

    private async Task<Presence> LookAsync(ICatalogSession session) =>
        new(time.Now(), await session.Operations.CountLiveAsync(), await session.Nodes.ListAsync());

    private static async Task<Counts> CountAsync(ICatalogSession session)
    {
        IReadOnlyList<LastBackup> shares = await session.Shares.LastBackupsAsync(MostShares);
        return new Counts(
            await session.Backups.CountAsync(),
            shares,
            SharesWithBackup: shares.Count > 0 ? shares[0].InAll : 0,
            SharesInAll: await session.Shares.CountAsync(),
            await session.Repositories.SpaceAsync()
        );
    }

    /// <returns>Null when the catalog does not answer, or not soon.</returns>
    private async Task<T?> ReadAsync<T>(
        Func<ICatalogSession, Task<T>> read,
        TimeSpan longest,
        CancellationToken cancellationToken
    )
        where T : class
    {
        using CancellationTokenSource late = new(longest, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken,
            late.Token
        );
        try
        {
            return await catalog.ReadAsync(read, either.Token);
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

    private sealed record Presence(
        DateTimeOffset At,
        IReadOnlyList<OperationCount> Operations,
        IReadOnlyList<NodeRole> Nodes
    );

    private sealed record Counts(
        IReadOnlyList<BackupCount> Backups,
        IReadOnlyList<LastBackup> Shares,
        long SharesWithBackup,
        long SharesInAll,
        SpaceTaken Space
    );
}
