using Holdfast.Core.Catalog;
using Holdfast.Core.Keys;
using Holdfast.Core.Operations;
using Holdfast.Core.Sources;
using Holdfast.Engine;
using Microsoft.Extensions.Logging;

namespace Holdfast.Core.Scheduling;

/// <summary>
/// Says which roles this node plays and which roots it can use, three times a lease; and to the log why it cannot
/// use one, once for each reason.
/// </summary>
public sealed class NodePresence(
    ICatalog catalog,
    MasterKey master,
    OperationQueue queue,
    Roots roots,
    KnownRoots knownRoots,
    CoreOptions options,
    TimeProvider time,
    ILogger<NodePresence> logger
)
{
    public const string Worker = "worker";

    private readonly DateTimeOffset started = time.Now();
    private readonly Dictionary<string, string> said = new(StringComparer.Ordinal);

    /// <summary>How old a node's row may be while the node counts as there.</summary>
    public static TimeSpan AliveFor(TimeSpan lease) => lease;

    /// <summary>Roots that a worker who is there can use.</summary>
    public static async Task<IReadOnlySet<string>> AnnouncedRootsAsync(
        ICatalogSession session,
        DateTimeOffset now,
        TimeSpan lease
    )
    {
        DateTimeOffset recent = now - AliveFor(lease);
        return (await session.Nodes.ListAsync())
            .Where(node => node.Role == Worker && node.SeenAt >= recent)
            .SelectMany(node => node.Roots.Items)
            .ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Announces the node until told to stop.</summary>
    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.Conflict"/>: the master key was changed, or another process has the node's name: this one must end.</exception>
    public Task RunAsync(CancellationToken stopping) =>
        Loops.EveryAsync(queue.BeatInterval, AnnounceAsync, time, stopping);

    /// <summary>Before this process does anything in the node's name, which no other has any more.</summary>
    public async Task TakeNameAsync(CancellationToken cancellationToken)
    {
        await catalog.WriteAsync(session => session.Nodes.TakeAsync(options.Node, options.Process), cancellationToken);
        await AnnounceAsync(cancellationToken);
    }

    /// <inheritdoc cref="RunAsync"/>
    public async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        await knownRoots.LearnAsync(cancellationToken);
        TextList usable = new([
            .. (await roots.LookAsync()).Where(one => IsUsable(one.Name, one.Why)).Select(one => one.Name),
        ]);
        DateTimeOffset now = time.Now();
        await catalog.WriteAsync(
            async session =>
            {
                // Whoever changes it has seen no node alive: one that is must be seen, or end.
                if (!await master.IsCurrentAsync(session))
                {
                    throw ServiceError.Conflict(
                        "The master key was changed since this node has read it, or is being changed: start the node with the new key."
                    );
                }
                foreach (string role in options.Roles)
                {
                    NodeRole seen = new()
                    {
                        Node = options.Node,
                        Role = role,
                        AvailabilityZone = options.AvailabilityZone,
                        Roots = role == Worker ? usable : new TextList([]),
                        StartedAt = started,
                        SeenAt = now,
                    };
                    if (!await session.Nodes.SeenAsync(seen, options.Process))
                    {
                        throw ServiceError.Conflict($"Another process is node {options.Node} of this catalog now.");
                    }
                }
            },
            cancellationToken
        );
    }

    private bool IsUsable(string name, EngineError? why)
    {
        if (why is null)
        {
            said.Remove(name);
            return true;
        }
        if (said.GetValueOrDefault(name) != why.Message)
        {
            said[name] = why.Message;
            Log.RootNotUsable(logger, why.Message, why.Advice);
        }
        return false;
    }
}
