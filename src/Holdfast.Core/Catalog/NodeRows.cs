namespace Holdfast.Core.Catalog;

/// <summary>A role that a node plays, and the share roots it can open. Alive while <see cref="SeenAt"/> is recent.</summary>
public sealed record NodeRole
{
    public int Id { get; init; }
    public required string Node { get; init; }
    public required string Role { get; init; }
    public required string AvailabilityZone { get; init; }
    public required TextList Roots { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required DateTimeOffset SeenAt { get; init; }
}

public sealed class NodeRows(ICatalogSession session)
{
    public Task<IReadOnlyList<NodeRole>> ListAsync() =>
        session.QueryAsync<NodeRole>(
            "SELECT id, node, role, availability_zone, roots, started_at, seen_at FROM nodes ORDER BY id"
        );

    /// <summary>Says that the node plays the role now.</summary>
    public Task SeenAsync(NodeRole role) =>
        session.ExecuteAsync(
            """
            INSERT INTO nodes (node, role, availability_zone, roots, started_at, seen_at)
            VALUES (@Node, @Role, @AvailabilityZone, @Roots, @StartedAt, @SeenAt)
            ON CONFLICT (node, role) DO UPDATE SET availability_zone = excluded.availability_zone,
                roots = excluded.roots, started_at = excluded.started_at, seen_at = excluded.seen_at
            """,
            role
        );
}

public static class NodeRowsExtension
{
    extension(ICatalogSession session)
    {
        public NodeRows Nodes => new(session);
    }
}
