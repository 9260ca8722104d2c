using Holdfast.Core.Model;

namespace Holdfast.Core.Catalog;

/// <summary>What a worker is willing to claim now.</summary>
/// <param name="Roots">Share roots that its node can open.</param>
/// <param name="Kinds">Kinds of operation.</param>
/// <param name="Process">Which process of that name; null for whichever.</param>
public sealed record ClaimOffer(
    string Node,
    IReadOnlyList<string> Roots,
    IReadOnlyList<string> Kinds,
    string? Process = null
);

/// <summary>What is queued, and who is next (ADR 30).</summary>
public sealed partial class OperationRows
{
    // Of the queues whose turn it is; a claim comes to the second only when others have all of the first, or may not have it.
    private const int MostHeads = 16;

    // What the service does by itself, which a limit of a project neither counts nor holds up.
    private static readonly string Unlimited = $"({OperationPriority.Export}, {OperationPriority.Upkeep})";

    /// <summary>Longer than anything is queued ahead of time.</summary>
    private static readonly TimeSpan ClockWasSetBack = TimeSpan.FromHours(1);

    /// <summary>
    /// The first operation of each queue that the offer fits, the one to be claimed next first. A queue has what is of one
    /// kind, project and root, so that of many operations that cannot be claimed now one is looked at.
    /// </summary>
    /// <param name="limit">How many operations a project may have running; null for any number.</param>
    /// <remarks>
    /// Of projects the one comes first that has the least running of what is as urgent, then the more urgent operation, then
    /// the project that has waited longest for a turn with that kind. Upkeep comes last. What was queued long after now was
    /// so by a clock that has been set back since, and waits for nothing.
    /// </remarks>
    public Task<IReadOnlyList<Operation>> HeadsAsync(ClaimOffer offer, int? limit, DateTimeOffset now) =>
        session.QueryAsync<Operation>(
            // From each queue's first entry the next queue's is one step in the index; so is one past a kind not offered. SQLite
            // takes the tables of a cross join in their order.
            $"""
            WITH RECURSIVE heads (head) AS (
                SELECT (SELECT o.id FROM operations AS o WHERE o.status = 'queued' ORDER BY {InQueue("o")} LIMIT 1)
                UNION ALL
                SELECT (
                    SELECT o.id FROM operations AS o
                    WHERE o.status = 'queued'
                        AND {Queue("o")} > CASE WHEN h.kind IN @Kinds THEN {Queue("h")} ELSE h.kind || '0' END
                    ORDER BY {InQueue("o")} LIMIT 1
                )
                FROM heads JOIN operations AS h ON h.id = heads.head
            )
            SELECT {Columns} FROM heads CROSS JOIN operations AS o
            WHERE o.id = heads.head AND kind IN @Kinds AND (root IS NULL OR root IN @Roots)
                AND (not_before <= @now OR updated_at > @ahead)
                {Allowed(limit)}
            ORDER BY priority = {OperationPriority.Upkeep},
                (
                    SELECT count(*) FROM operations AS other
                    WHERE other.project_id = o.project_id AND other.status = 'running' AND other.priority >= o.priority
                ),
                priority DESC,
                coalesce(
                    (
                        SELECT claimed_at FROM operations AS other
                        WHERE other.project_id = o.project_id AND other.kind = o.kind AND other.claimed_at IS NOT NULL
                        ORDER BY claimed_at DESC LIMIT 1
                    ),
                    0
                ),
                not_before, id
            LIMIT {MostHeads}
            """,
            new
            {
                Kinds = offer.Kinds.ToArray(),
                Roots = offer.Roots.ToArray(),
                limit,
                now,
                ahead = now + ClockWasSetBack,
            }
        );

    /// <summary>
    /// The operation to be claimed of those that stand in a queue with this one; its row is locked, and those that others have
    /// locked are passed over. One whose share or volume a cancelled worker may still be writing to waits until that worker
    /// has let go or its lease is over.
    /// </summary>
    public Task<Operation?> NextAsync(Operation head, DateTimeOffset now) =>
        session.FindAsync<Operation>(
            $"""
            {Select}
            WHERE status = 'queued' AND {Queue("o")} = @queue AND (not_before <= @now OR updated_at > @ahead)
                AND NOT EXISTS (
                    SELECT 1 FROM operations AS other
                    WHERE other.share_id = o.share_id AND other.status = 'cancelled' AND other.lease_until > @now
                )
                AND NOT EXISTS (
                    SELECT 1 FROM operations AS other
                    WHERE other.volume_id = o.volume_id AND other.status = 'cancelled' AND other.lease_until > @now
                )
            ORDER BY not_before, id LIMIT 1 {session.Dialect.SkipLocked}
            """,
            new
            {
                queue = $"{head.Kind}/{head.ProjectId}/{head.Root}",
                now,
                ahead = now + ClockWasSetBack,
            }
        );

    /// <summary>Waits for whoever else is about to claim an operation of the project, so that what runs can be counted.</summary>
    public Task LockProjectAsync(string projectId) =>
        session.Dialect.LockText is { } sql ? session.ExecuteAsync(sql, new { text = projectId }) : Task.CompletedTask;

    /// <summary>Whether its project has less running than the limit.</summary>
    public async Task<bool> IsAllowedAsync(Operation queued, int limit) =>
        await session.ScalarAsync<int>(
            $"SELECT count(*) FROM operations AS o WHERE id = @Id {Allowed(limit)}",
            new { queued.Id, limit }
        ) > 0;

    private static string Queue(string row) =>
        $"({row}.kind || '/' || {row}.project_id || '/' || coalesce({row}.root, ''))";

    private static string InQueue(string row) => $"{Queue(row)}, {row}.not_before, {row}.id";

    // A restore is held up by restores alone: its project's backups may take hours.
    private static string Allowed(int? limit) =>
        limit is null
            ? ""
            : $"""
                AND (
                    priority IN {Unlimited}
                    OR (
                        SELECT count(*) FROM operations AS other
                        WHERE other.project_id = o.project_id AND other.status = 'running'
                            AND other.priority NOT IN {Unlimited}
                            AND (other.priority = {OperationPriority.Restore}) = (o.priority = {OperationPriority.Restore})
                    ) < @limit
                )
                """;

    /// <returns>False when it is not queued any more, or another process has the node's name.</returns>
    public async Task<bool> ClaimAsync(
        Operation operation,
        ClaimOffer offer,
        DateTimeOffset now,
        DateTimeOffset until
    ) =>
        await session.ExecuteAsync(
            """
            UPDATE operations SET status = 'running', node = @Node, lease_until = @until, attempts = attempts + 1,
                message = NULL, claimed_at = @now, started_at = coalesce(started_at, @now), updated_at = @now
            WHERE id = @Id AND status = 'queued' AND epoch = @Epoch
                AND NOT EXISTS (SELECT 1 FROM nodes WHERE nodes.node = @Node AND nodes.process <> @Process)
            """,
            new
            {
                operation.Id,
                operation.Epoch,
                offer.Node,
                offer.Process,
                now,
                until,
            }
        ) == 1;
}
