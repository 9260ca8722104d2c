using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Sources;
using Holdfast.Core.Telemetry;
using Microsoft.Extensions.Logging;

namespace Holdfast.Core.Workers;

/// <summary>
/// Claims operations and runs them: as many at once as the node is given, and one more in each lane that is kept for some
/// kinds: restores and short ones, so that nobody waits for them behind long backups, exports, which wait for nothing, and upkeep,
/// without which the disk would be full one day where there is always something more urgent.
/// </summary>
public sealed class WorkerService(
    IEnumerable<IOperationHandler> handlers,
    OperationQueue queue,
    Roots roots,
    WakeSignal wake,
    CoreOptions options,
    TimeProvider time,
    ILogger<WorkerService> logger,
    Instruments instruments
)
{
    // Among them volumes that are made of backups.
    private static readonly string[] Restores =
    [
        OperationKind.RestoreBackup,
        OperationKind.RestoreFiles,
        OperationKind.RestoreVolumeBackup,
        OperationKind.CreateVolume,
    ];

    private static readonly string[] ShortKinds =
    [
        OperationKind.CreateShare,
        OperationKind.DeleteShare,
        OperationKind.DeleteVolume,
        OperationKind.DeleteSnapshot,
        OperationKind.DeleteBackup,
    ];

    private static readonly string[] Exports = [OperationKind.ExportProject];

    private static readonly string[] Upkeep = [OperationKind.Reap, OperationKind.Prune];

    /// <summary>They take long, and nobody waits for them: one at a time, and never where others work.</summary>
    private static readonly string[] Proofs = [OperationKind.Verify, OperationKind.Drill];

    private readonly Dictionary<string, IOperationHandler> handlers = handlers.ToDictionary(one => one.Kind);

    /// <summary>Works until told to stop; then what runs is cancelled and goes back to the queue.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        // The embedded catalog is in a directory that the kernel lets one process have: the last one is dead. PostgreSQL only
        // knows that it has lost it, and cut off from there alone it may be at work until its lease is over.
        if (options.Postgres is null)
        {
            // Nothing may be claimed before.
            await Loops.OnceAsync(options.PollInterval, RecoverAsync, time, stopping);
        }
        string[] all = [.. handlers.Keys.Except(Proofs)];
        await Loops.RunAsync(
            [
                stop => LaneAsync(all, options.Concurrency, stop),
                stop => LaneAsync(Restores, 1, stop),
                stop => LaneAsync(ShortKinds, 1, stop),
                stop => LaneAsync(Exports, 1, stop),
                stop => LaneAsync(Upkeep, 1, stop),
                stop => LaneAsync(Proofs, 1, stop),
            ],
            logger,
            stopping
        );
    }

    /// <summary>Claims one operation of any kind and runs it to its end.</summary>
    /// <returns>False when there was none to claim.</returns>
    public async Task<bool> RunOneAsync(CancellationToken stopping)
    {
        Operation? row = await ClaimAsync([.. handlers.Keys], stopping);
        if (row is not null)
        {
            await RunAsync(row, stopping);
        }
        return row is not null;
    }

    private async Task LaneAsync(IReadOnlyList<string> kinds, int slots, CancellationToken stopping)
    {
        HashSet<Task> running = [];
        Patience patience = new(options.PollInterval);
        while (!stopping.IsCancellationRequested)
        {
            // Taken before the look: what is queued after it wakes us.
            Task woken = wake.Next;
            running.RemoveWhere(task => task.IsCompleted);
            TimeSpan rest = options.PollInterval;
            try
            {
                if (running.Count < slots && await ClaimAsync(kinds, stopping) is { } row)
                {
                    running.Add(Task.Run(() => RunAsync(row, stopping), CancellationToken.None));
                    rest = TimeSpan.Zero;
                }
                patience.Reset();
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                break;
            }
            catch (ServiceError error) when (error.Kind == ServiceErrorKind.Unavailable)
            {
                rest = patience.Next();
            }
            Task later = Task.Delay(rest, time, stopping);
            await Task.WhenAny([woken, later, .. running]);
        }
        await Task.WhenAll(running);
    }

    private Task RunAsync(Operation row, CancellationToken stopping) =>
        new OperationRun(handlers[row.Kind], row, queue, time, logger, instruments).RunAsync(stopping);

    private async Task<Operation?> ClaimAsync(IReadOnlyList<string> kinds, CancellationToken stopping) =>
        await queue.ClaimAsync(
            new ClaimOffer(options.Node, await roots.UsableAsync(), kinds, options.Process),
            stopping
        );

    private async Task RecoverAsync(CancellationToken stopping)
    {
        int left = await queue.RecoverNodeAsync(options.Node, stopping);
        if (left > 0)
        {
            Log.Recovered(logger, left);
        }
    }
}
