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
    /// <param name="process">This process, which took the node's name.</param>
    /// <returns>False, and nothing changed, when another has taken it since.</returns>
    public async Task<bool> SeenAsync(NodeRole role, string process) =>
        await session.ExecuteAsync(
            """
            INSERT INTO nodes (node, role, availability_zone, roots, started_at, seen_at, process)
            VALUES (@Node, @Role, @AvailabilityZone, @Roots, @StartedAt, @SeenAt, @process)
            ON CONFLICT (node, role) DO UPDATE SET availability_zone = excluded.availability_zone,
                roots = excluded.roots, started_at = excluded.started_at, seen_at = excluded.seen_at,
                process = excluded.process
                WHERE nodes.process IS NULL OR nodes.process = excluded.process
            """,
            new
            {
                role.Node,
                role.Role,
                role.AvailabilityZone,
                role.Roots,
                role.StartedAt,
                role.SeenAt,
                process,
            }
        ) == 1;

    public Task ForgetAsync(DateTimeOffset unseenSince) =>
        session.ExecuteAsync("DELETE FROM nodes WHERE seen_at < @unseenSince", new { unseenSince });

    /// <summary>The process has the node's name from now on: no other announces itself or claims by it any more.</summary>
    public Task TakeAsync(string node, string process) =>
        session.ExecuteAsync("UPDATE nodes SET process = @process WHERE node = @node", new { node, process });
}

public static class NodeRowsExtension
{
    extension(ICatalogSession session)
    {
        public NodeRows Nodes => new(session);
    }
}
