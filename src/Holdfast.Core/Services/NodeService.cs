using System.Security.Cryptography;
using System.Text;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Scheduling;

namespace Holdfast.Core.Services;

/// <summary>A part of the service on a node, under Manila's name for it.</summary>
public sealed record NodePart(int Id, string Binary, string Host, string Zone, bool IsUp, DateTimeOffset SeenAt);

/// <param name="CreatedAt">The earliest of its nodes' last starts; null when no node was ever there.</param>
public sealed record Zone(string Id, string Name, DateTimeOffset? CreatedAt);

/// <summary>The use cases of nodes: which there are, and where.</summary>
public sealed class NodeService(ICatalog catalog, Policy policy, CoreOptions options, TimeProvider time)
{
    /// <summary>
    /// Workers do what in Manila two services do, and are shown as both, with the hosts that backups have; the API has no
    /// row, as in Manila. A node that has not been heard of for a lease is down.
    /// </summary>
    public async Task<IReadOnlyList<NodePart>> ListPartsAsync(Caller caller, CancellationToken cancellationToken)
    {
        policy.Require(caller, "service:index");
        DateTimeOffset recent = time.Now() - NodePresence.AliveFor(options.Lease);
        return
        [
            .. (await NodesAsync(cancellationToken)).SelectMany(node =>
                PartsOf(node.Role)
                    .Select(
                        (part, n) =>
                            new NodePart(
                                (node.Id * 2) + n,
                                part.Binary,
                                node.Node + part.Backend,
                                node.AvailabilityZone,
                                node.SeenAt >= recent,
                                node.SeenAt
                            )
                    )
            ),
        ];
    }

    /// <summary>Those of all nodes that were ever here, and this one's.</summary>
    public async Task<IReadOnlyList<Zone>> ListZonesAsync(Caller caller, CancellationToken cancellationToken)
    {
        policy.Require(caller, "availability_zone:index");
        ILookup<string, NodeRole> nodes = (await NodesAsync(cancellationToken)).ToLookup(node => node.AvailabilityZone);
        return
        [
            .. nodes
                .Select(zone => zone.Key)
                .Append(options.AvailabilityZone)
                .Distinct()
                .Order(StringComparer.Ordinal)
                .Select(name => new Zone(IdOf(name), name, nodes[name].Min(node => (DateTimeOffset?)node.StartedAt))),
        ];
    }

    private Task<IReadOnlyList<NodeRole>> NodesAsync(CancellationToken cancellationToken) =>
        catalog.ReadAsync(session => session.Nodes.ListAsync(), cancellationToken);

    private static (string Binary, string Backend)[] PartsOf(string role) =>
        role switch
        {
            NodePresence.Worker => [("manila-data", ""), ("manila-share", "@holdfast")],
            "scheduler" => [("manila-scheduler", "")],
            _ => [],
        };

    // A zone is a name in the configuration of nodes; its id is made of the name, so that it is the same everywhere.
    public static string IdOf(string name) =>
        new Guid(SHA256.HashData(Encoding.UTF8.GetBytes("availability zone " + name)).AsSpan(0, 16)).ToString();
}
