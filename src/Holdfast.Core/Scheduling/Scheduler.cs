using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Sources;
using Microsoft.Extensions.Logging;

namespace Holdfast.Core.Scheduling;

/// <summary>
/// What must happen without anybody asking: operations of lost workers begin again, those that wait say for what, and
/// maintenance and scheduled backups are queued when they are due. One node does it at a time, by a leased row.
/// </summary>
public sealed class Scheduler(
    ICatalog catalog,
    OperationQueue queue,
    Maintenance maintenance,
    ScheduledBackups scheduled,
    CoreOptions options,
    TimeProvider time,
    ILogger<Scheduler> logger
)
{
    /// <summary>The lease of whoever does it.</summary>
    public const string Name = "scheduler";

    // So that a lost worker's operation begins again soon after its lease.
    private static readonly TimeSpan LongestTick = TimeSpan.FromSeconds(5);

    public async Task RunAsync(CancellationToken stopping)
    {
        TimeSpan tick = queue.BeatInterval < LongestTick ? queue.BeatInterval : LongestTick;
        await Loops.EveryAsync(tick, TickAsync, time, stopping);
        await ReleaseAsync();
    }

    private async Task ReleaseAsync()
    {
        try
        {
            await catalog.WriteAsync(
                session => session.Leases.ReleaseAsync(Name, options.Node),
                CancellationToken.None
            );
        }
        catch (ServiceError error)
        {
            Log.LeaseKept(logger, error);
        }
    }

    /// <summary>One round, unless another node has the lease.</summary>
    public async Task TickAsync(CancellationToken cancellationToken)
    {
        bool ours = await catalog.WriteAsync(
            session => session.Leases.TryTakeAsync(Name, options.Node, time.Now(), queue.Lease),
            cancellationToken
        );
        if (!ours)
        {
            return;
        }
        int expired = await queue.RecoverExpiredAsync(cancellationToken);
        if (expired > 0)
        {
            Log.LeasesExpired(logger, expired);
        }
        await ExplainWaitingAsync(cancellationToken);
        await maintenance.QueueDueAsync(cancellationToken);
        await scheduled.RunAsync(cancellationToken);
    }

    /// <summary>A queued operation whose root no live worker announces says so, on its backup too.</summary>
    private async Task ExplainWaitingAsync(CancellationToken cancellationToken)
    {
        List<(Operation Operation, string? Message)> changes = await catalog.ReadAsync(
            async session =>
            {
                IReadOnlySet<string> announced = await NodePresence.AnnouncedRootsAsync(
                    session,
                    time.Now(),
                    queue.Lease
                );
                return (await session.Operations.MistoldAsync(announced, Waiting, MostTold))
                    .Select(operation => (operation, Message(operation, announced)))
                    .ToList();
            },
            cancellationToken
        );
        if (changes.Count == 0)
        {
            return;
        }
        await catalog.WriteAsync(
            async session =>
            {
                DateTimeOffset now = time.Now();
                foreach ((Operation operation, string? message) in changes)
                {
                    // It may have been claimed, or have ended, since.
                    if (!await session.Operations.SetMessageAsync(operation, message))
                    {
                        continue;
                    }
                    if (message is not null)
                    {
                        await session.TellWaitingAsync(operation, message, now);
                        Log.Waits(logger, operation.Kind, operation.Id, operation.Root!);
                    }
                    if (operation.ShownBackupId is { } backup)
                    {
                        await session.Backups.SetReasonAsync(backup, message);
                    }
                }
            },
            cancellationToken
        );
    }

    private const string Waiting = "Waiting for a node";

    // In one transaction; the next round tells the others.
    private const int MostTold = 200;

    private static string? Message(Operation operation, IReadOnlySet<string> announced) =>
        announced.Contains(operation.Root!)
            ? null
            : $"{Waiting} that can reach the {What(operation)}'s storage: none that runs now can.";

    private static string What(Operation operation) => RootName.IsOfVolumes(operation.Root!) ? "volume" : "share";
}
