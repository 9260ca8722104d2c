using Holdfast.Core.Catalog;
using Holdfast.Core.Operations;
using Holdfast.Core.Sources;
using Microsoft.Extensions.Logging;

namespace Holdfast.Core.Scheduling;

/// <summary>Says which roles this node plays and which share roots it can open, three times a lease.</summary>
public sealed class NodePresence(
    ICatalog catalog,
    OperationQueue queue,
    ShareRoots roots,
    CoreOptions options,
    TimeProvider time,
    ILogger<NodePresence> logger
)
{
    public const string Worker = "worker";

    private readonly DateTimeOffset started = time.Now();

    /// <summary>How old a node's row may be while the node counts as there.</summary>
    public static TimeSpan AliveFor(TimeSpan lease) => lease;

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await AnnounceAsync(stopping);
                await Task.Delay(queue.BeatInterval, time, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (ServiceError error)
            {
                Log.SchedulingHeldUp(logger, error);
                await Task.Delay(queue.BeatInterval, time, stopping)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public Task AnnounceAsync(CancellationToken cancellationToken)
    {
        TextList usable = new(roots.Usable());
        DateTimeOffset now = time.Now();
        return catalog.WriteAsync(
            async session =>
            {
                foreach (string role in options.Roles)
                {
                    await session.Nodes.SeenAsync(
                        new NodeRole
                        {
                            Node = options.Node,
                            Role = role,
                            AvailabilityZone = options.AvailabilityZone,
                            Roots = role == Worker ? usable : new TextList([]),
                            StartedAt = started,
                            SeenAt = now,
                        }
                    );
                }
            },
            cancellationToken
        );
    }
}
