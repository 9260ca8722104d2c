using Holdfast.Core.Model;

namespace Holdfast.Core.Catalog;

/// <summary>Conditions of a list of operations, all exact; null does not filter.</summary>
public sealed record OperationFilter
{
    public string? ProjectId { get; init; }
    public string? Status { get; init; }
    public string? Kind { get; init; }
    public string? ShareId { get; init; }
    public string? VolumeId { get; init; }
    public string? BackupId { get; init; }

    /// <summary>Whether <see cref="ShareId"/> also finds restores into a share of another project than their own.</summary>
    public bool KnowsForeign { get; init; }
}

public sealed record OperationCount
{
    public required string Kind { get; init; }
    public required string Status { get; init; }
    public long Count { get; init; }

    /// <summary>When the oldest of them was asked for.</summary>
    public DateTimeOffset Oldest { get; init; }
}

/// <summary>The rows of operations. The rules by which they change are those of <c>Operations.OperationQueue</c>.</summary>
public sealed partial class OperationRows(ICatalogSession session)
{
    private const string Columns = """
        id, kind, project_id, repository_project_id, user_id, request_id, share_id, volume_id, backup_id, snapshot_id,
            pinned_snapshot_id, root, status_before, status, priority, epoch, attempts, lost_claims, node, lease_until, not_before, done, total, cancel_requested, message, created_at, started_at,
            updated_at, finished_at, asked_by_admin, foreign_share, selection, phase, bytes, files, claimed_at, trace_parent
        """;

    private const string Select = $"SELECT {Columns} FROM operations AS o";

    public Task<Operation?> FindAsync(string id) =>
        session.FindAsync<Operation>(Select + " WHERE id = @id", new { id });

    public Task<IReadOnlyList<Operation>> ListAsync(OperationFilter filter, RowOrder<Operation> order)
    {
        ListQuery query = new ListQuery(session.Dialect, Select)
            .Where("project_id = @projectId", "projectId", filter.ProjectId)
            .Where("status = @status", "status", filter.Status)
            .Where("kind = @kind", "kind", filter.Kind)
            .Where(
                filter.KnowsForeign ? "share_id = @shareId" : "share_id = @shareId AND NOT foreign_share",
                "shareId",
                filter.ShareId
            )
            .Where("volume_id = @volumeId", "volumeId", filter.VolumeId)
            .Where("backup_id = @backupId", "backupId", filter.BackupId);
        return session.QueryAsync<Operation>(query.Build(order), query.Parameters);
    }

    public Task AddAsync(Operation operation) =>
        session.ExecuteAsync(
            """
            INSERT INTO operations (id, kind, project_id, repository_project_id, user_id, request_id, share_id, volume_id, backup_id,
                snapshot_id, pinned_snapshot_id, root, status_before, status, priority, epoch, attempts, lost_claims, node, lease_until, not_before, done, total, cancel_requested, message,
                created_at, started_at, updated_at, finished_at, asked_by_admin, foreign_share, selection, phase, bytes, files, claimed_at, trace_parent)
            VALUES (@Id, @Kind, @ProjectId, @RepositoryProjectId, @UserId, @RequestId, @ShareId, @VolumeId, @BackupId,
                @SnapshotId, @PinnedSnapshotId, @Root, @StatusBefore, @Status, @Priority, @Epoch, @Attempts, @LostClaims, @Node, @LeaseUntil, @NotBefore, @Done, @Total, @CancelRequested,
                @Message, @CreatedAt, @StartedAt, @UpdatedAt, @FinishedAt, @AskedByAdmin, @ForeignShare, @Selection, @Phase, @Bytes, @Files, @ClaimedAt, @TraceParent)
            """,
            operation
        );

    /// <returns>False when the claim is over.</returns>
    public async Task<bool> BeatAsync(Operation claimed, DateTimeOffset now, DateTimeOffset until) =>
        await session.ExecuteAsync(
            """
            UPDATE operations SET lease_until = @until, done = @Done, total = @Total, phase = @Phase, bytes = @Bytes, files = @Files,
                updated_at = @now
            WHERE id = @Id AND status = 'running' AND epoch = @Epoch
            """,
            new
            {
                claimed.Id,
                claimed.Epoch,
                claimed.Done,
                claimed.Total,
                claimed.Phase,
                claimed.Bytes,
                claimed.Files,
                now,
                until,
            }
        ) == 1;

    /// <summary>How far it came, in the transaction that ends it.</summary>
    public Task SetProgressAsync(Operation claimed) =>
        session.ExecuteAsync(
            """
            UPDATE operations SET done = @Done, total = @Total, phase = @Phase, bytes = @Bytes, files = @Files
            WHERE id = @Id AND epoch = @Epoch
            """,
            new
            {
                claimed.Id,
                claimed.Epoch,
                claimed.Done,
                claimed.Total,
                claimed.Phase,
                claimed.Bytes,
                claimed.Files,
            }
        );

    /// <summary>Forgets the status before, as what the operation works on is not to be as it was.</summary>
    /// <returns>False when the claim is over.</returns>
    public async Task<bool> ForgetStatusBeforeAsync(Operation claimed) =>
        await session.ExecuteAsync(
            "UPDATE operations SET status_before = NULL WHERE id = @Id AND status = 'running' AND epoch = @Epoch",
            new { claimed.Id, claimed.Epoch }
        ) == 1;

    /// <summary>Ends a claimed operation.</summary>
    /// <returns>False, and nothing changed, when the claim is over.</returns>
    public async Task<bool> EndAsync(Operation claimed, string status, string? message, DateTimeOffset now) =>
        await session.ExecuteAsync(
            """
            UPDATE operations SET status = @status, message = @message, lease_until = NULL, updated_at = @now,
                finished_at = @now
            WHERE id = @Id AND status = 'running' AND epoch = @Epoch
            """,
            new
            {
                claimed.Id,
                claimed.Epoch,
                status,
                message,
                now,
            }
        ) == 1;

    /// <summary>
    /// Ends the claim, with the operation's count of lost claims, and lets another begin at <paramref name="notBefore"/>.
    /// </summary>
    public async Task<bool> RequeueAsync(
        Operation claimed,
        string? message,
        DateTimeOffset notBefore,
        DateTimeOffset now
    ) =>
        await session.ExecuteAsync(
            """
            UPDATE operations SET status = 'queued', epoch = epoch + 1, lease_until = NULL, not_before = @notBefore,
                lost_claims = @LostClaims, message = @message, updated_at = @now
            WHERE id = @Id AND status = 'running' AND epoch = @Epoch
            """,
            new
            {
                claimed.Id,
                claimed.Epoch,
                claimed.LostClaims,
                message,
                notBefore,
                now,
            }
        ) == 1;

    /// <summary>Ends a live operation whoever has it. Its worker's lease stays, so that the share is left alone until then.</summary>
    public async Task<bool> CancelAsync(Operation live, string message, DateTimeOffset now) =>
        await session.ExecuteAsync(
            """
            UPDATE operations SET status = 'cancelled', epoch = epoch + 1, message = @message, updated_at = @now,
                finished_at = @now
            WHERE id = @Id AND status = @Status AND epoch = @Epoch
            """,
            new
            {
                live.Id,
                live.Epoch,
                live.Status,
                message,
                now,
            }
        ) == 1;

    /// <summary>A worker says that it has stopped work on an operation that was cancelled under it.</summary>
    public Task LetGoAsync(Operation claimed) =>
        session.ExecuteAsync(
            """
            UPDATE operations SET lease_until = NULL
            WHERE id = @Id AND status = 'cancelled' AND node = @Node AND epoch = @Epoch + 1
            """,
            new
            {
                claimed.Id,
                claimed.Node,
                claimed.Epoch,
            }
        );

    public Task RequestCancelAsync(string id, DateTimeOffset now) =>
        session.ExecuteAsync(
            "UPDATE operations SET cancel_requested = TRUE, updated_at = @now WHERE id = @id AND status = 'running'",
            new { id, now }
        );

    /// <summary>Running operations whose lease is over.</summary>
    public Task<IReadOnlyList<Operation>> ExpiredAsync(DateTimeOffset now) =>
        session.QueryAsync<Operation>(Select + " WHERE status = 'running' AND lease_until <= @now", new { now });

    public Task<IReadOnlyList<Operation>> RunningOnAsync(string node) =>
        session.QueryAsync<Operation>(Select + " WHERE status = 'running' AND node = @node", new { node });

    /// <summary>
    /// Queued operations whose root nobody announces and that do not say so, and those that say so without need; so many of them.
    /// </summary>
    /// <param name="waiting">How a message begins that says so.</param>
    public Task<IReadOnlyList<Operation>> MistoldAsync(IEnumerable<string> announced, string waiting, int most) =>
        session.QueryAsync<Operation>(
            $"""
            {Select}
            WHERE status = 'queued' AND root IS NOT NULL
                AND (root IN @Announced) = (coalesce(message, '') LIKE @Waiting)
            LIMIT {most}
            """,
            new { Announced = announced.ToArray(), Waiting = waiting + "%" }
        );

    /// <summary>Says what a queued operation waits for; null clears.</summary>
    /// <returns>False, and nothing changed, when it is not queued any more, or has been claimed since it was read.</returns>
    public async Task<bool> SetMessageAsync(Operation queued, string? message) =>
        await session.ExecuteAsync(
            "UPDATE operations SET message = @message WHERE id = @Id AND status = 'queued' AND epoch = @Epoch",
            new
            {
                queued.Id,
                queued.Epoch,
                message,
            }
        ) == 1;

    /// <summary>Queued and running operations of the share.</summary>
    public Task<IReadOnlyList<Operation>> LiveOfShareAsync(string shareId) =>
        session.QueryAsync<Operation>(
            Select + " WHERE share_id = @shareId AND status IN ('queued', 'running')",
            new { shareId }
        );

    /// <summary>Queued and running operations of the volume.</summary>
    public Task<IReadOnlyList<Operation>> LiveOfVolumeAsync(string volumeId) =>
        session.QueryAsync<Operation>(
            Select + " WHERE volume_id = @volumeId AND status IN ('queued', 'running')",
            new { volumeId }
        );

    /// <summary>Whether a queued or running operation needs restic's snapshot, whatever becomes of its backup.</summary>
    public async Task<bool> IsPinnedAsync(string snapshotId) =>
        await session.ScalarAsync<int>(
            "SELECT count(*) FROM operations WHERE pinned_snapshot_id = @snapshotId AND status IN ('queued', 'running')",
            new { snapshotId }
        ) > 0;

    /// <summary>restic's snapshots of the project's repository that queued and running operations need.</summary>
    public Task<IReadOnlyList<string>> PinnedOfRepositoryAsync(string projectId) =>
        session.QueryAsync<string>(
            "SELECT pinned_snapshot_id FROM operations WHERE pinned_snapshot_id IS NOT NULL"
                + " AND status IN ('queued', 'running') AND coalesce(repository_project_id, project_id) = @projectId",
            new { projectId }
        );

    /// <summary>
    /// Operations that work on the project's repository: queued, running, or cancelled under a worker that may still be at it.
    /// </summary>
    public Task<IReadOnlyList<Operation>> OfRepositoryAsync(string projectId, DateTimeOffset now) =>
        session.QueryAsync<Operation>(
            Select
                + """
                 WHERE coalesce(repository_project_id, project_id) = @projectId
                    AND (status IN ('queued', 'running') OR (status = 'cancelled' AND lease_until > @now))
                    AND (pinned_snapshot_id IS NOT NULL OR kind IN @kinds)
                ORDER BY created_at, id
                """,
            new
            {
                projectId,
                now,
                kinds = OperationKind.OfRepository,
            }
        );

    /// <summary>Queued and running operations of the share snapshot.</summary>
    public Task<IReadOnlyList<Operation>> LiveOfSnapshotAsync(string snapshotId) =>
        session.QueryAsync<Operation>(
            Select + " WHERE snapshot_id = @snapshotId AND status IN ('queued', 'running')",
            new { snapshotId }
        );

    /// <summary>The ids of all operations, ended or not, that make or made the share snapshot.</summary>
    public Task<IReadOnlyList<string>> CreationsOfSnapshotAsync(string snapshotId) =>
        session.QueryAsync<string>(
            "SELECT id FROM operations WHERE snapshot_id = @snapshotId AND kind = @kind",
            new { snapshotId, kind = OperationKind.CreateSnapshot }
        );

    /// <summary>Queued and running operations of the backup, but recipients' restores: those are none of its owner's.</summary>
    public Task<IReadOnlyList<Operation>> LiveOfBackupAsync(string backupId) =>
        session.QueryAsync<Operation>(
            Select
                + " WHERE backup_id = @backupId AND status IN ('queued', 'running') AND repository_project_id IS NULL",
            new { backupId }
        );

    /// <summary>Whether the project's backup was deleted, as long as that operation is remembered.</summary>
    public async Task<bool> HasDeletedAsync(string projectId, string backupId) =>
        await session.ScalarAsync<int>(
            """
            SELECT count(*) FROM operations
            WHERE project_id = @projectId AND backup_id = @backupId AND kind = @kind AND status = 'succeeded'
            """,
            new
            {
                projectId,
                backupId,
                kind = OperationKind.DeleteBackup,
            }
        ) > 0;

    /// <summary>
    /// Whether there are operations of the project, kind and root that are queued, or with <paramref name="running"/> that run.
    /// Without, one that is queued stays so until the transaction ends: its worker will see what that changes.
    /// </summary>
    public async Task<bool> AnyAsync(string projectId, string kind, string? root, bool running) =>
        await session.FindAsync<string>(
            $"""
            SELECT id FROM operations
            WHERE project_id = @projectId AND kind = @kind AND root IS NOT DISTINCT FROM @root
                AND status IN @statuses
            LIMIT 1 {(running ? "" : session.Dialect.ShareLock)}
            """,
            new
            {
                projectId,
                kind,
                root,
                statuses = running
                    ? [OperationStatus.Queued, OperationStatus.Running]
                    : new[] { OperationStatus.Queued },
            }
        )
            is not null;

    /// <summary>How many operations are remembered of each kind and status, of all projects.</summary>
    public Task<IReadOnlyList<OperationCount>> CountAsync() =>
        session.QueryAsync<OperationCount>(
            "SELECT kind, status, count(*) AS count FROM operations GROUP BY kind, status ORDER BY kind, status"
        );

    /// <summary>How many operations of each kind wait or run, of all projects.</summary>
    public Task<IReadOnlyList<OperationCount>> CountLiveAsync() =>
        session.QueryAsync<OperationCount>(
            "SELECT kind, status, count(*) AS count, min(created_at) AS oldest FROM operations "
                + "WHERE status IN ('queued', 'running') GROUP BY kind, status ORDER BY kind, status"
        );

    /// <summary>Forgets operations that ended before then.</summary>
    public Task<int> RemoveFinishedAsync(DateTimeOffset before) =>
        session.ExecuteAsync("DELETE FROM operations WHERE finished_at < @before", new { before });
}

public static class OperationRowsExtension
{
    extension(ICatalogSession session)
    {
        public OperationRows Operations => new(session);
    }
}
