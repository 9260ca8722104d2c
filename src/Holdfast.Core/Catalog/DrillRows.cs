using Holdfast.Core.Model;

namespace Holdfast.Core.Catalog;

/// <summary>Conditions of a list of drills, all exact; null does not filter.</summary>
public sealed record DrillFilter
{
    public string? ProjectId { get; init; }
    public string? BackupId { get; init; }
    public string? ShareId { get; init; }
    public string? VolumeId { get; init; }
}

public sealed class DrillRows(ICatalogSession session)
{
    private const string Select = """
        SELECT id, project_id, backup_id, share_id, volume_id, outcome, reason, bytes, files, duration, created_at, finished_at
        FROM drills
        """;

    public Task<Drill?> FindAsync(string id) => session.FindAsync<Drill>(Select + " WHERE id = @id", new { id });

    public Task<IReadOnlyList<Drill>> ListAsync(DrillFilter filter, RowOrder<Drill> order)
    {
        ListQuery query = new ListQuery(session.Dialect, Select)
            .Where("project_id = @projectId", "projectId", filter.ProjectId)
            .Where("backup_id = @backupId", "backupId", filter.BackupId)
            .Where("share_id = @shareId", "shareId", filter.ShareId)
            .Where("volume_id = @volumeId", "volumeId", filter.VolumeId);
        return session.QueryAsync<Drill>(query.Build(order), query.Parameters);
    }

    /// <returns>The project's last drill of a backup of the share or volume that was not skipped; null when there is none.</returns>
    public Task<Drill?> LastOfAsync(string projectId, string sourceId, bool ofVolume) =>
        session.FindAsync<Drill>(
            Select
                + $" WHERE {(ofVolume ? "volume_id" : "share_id")} = @sourceId AND project_id = @projectId"
                + " AND outcome IN ('passed', 'failed') ORDER BY created_at DESC LIMIT 1",
            new { projectId, sourceId }
        );

    /// <summary>
    /// Newest good backups of shares and volumes of which none was drilled since then, so many at most: first of those of
    /// which none ever was, then of those whose last drill is longest ago.
    /// </summary>
    public Task<IReadOnlyList<string>> DueAsync(DateTimeOffset since, int limit)
    {
        return session.QueryAsync<string>(
            $"""
            SELECT backup_id FROM ({Of("shares", "share_id")} UNION ALL {Of("volumes", "volume_id")}) AS due
            WHERE backup_id IS NOT NULL ORDER BY coalesce(last_at, 0), backup_id LIMIT @limit
            """,
            new { since, limit }
        );

        static string Of(string table, string column) =>
            $"""
                SELECT (
                        SELECT b.id FROM backups AS b
                        WHERE b.{column} = s.id AND b.project_id = s.project_id AND b.snapshot_id IS NOT NULL
                            AND b.status = 'available' AND b.damage IS NULL
                        ORDER BY b.created_at DESC LIMIT 1
                    ) AS backup_id,
                    (SELECT max(d.created_at) FROM drills AS d WHERE d.{column} = s.id) AS last_at
                FROM {table} AS s
                WHERE NOT EXISTS (SELECT 1 FROM drills AS d WHERE d.{column} = s.id AND d.created_at > @since)
                """;
    }

    /// <summary>Whether there was a drill since then of what the backup is of.</summary>
    public async Task<bool> AnySinceAsync(Backup backup, DateTimeOffset since) =>
        await session.ScalarAsync<int>(
            $"SELECT count(*) FROM drills WHERE {(backup.OfVolume ? "volume_id" : "share_id")} = @source AND created_at > @since",
            new { source = backup.OfVolume ? backup.VolumeId : backup.ShareId, since }
        ) > 0;

    public Task AddAsync(Drill drill) =>
        session.ExecuteAsync(
            """
            INSERT INTO drills (id, project_id, backup_id, share_id, volume_id, outcome, reason, bytes, files, duration,
                created_at, finished_at)
            VALUES (@Id, @ProjectId, @BackupId, @ShareId, @VolumeId, @Outcome, @Reason, @Bytes, @Files, @Duration,
                @CreatedAt, @FinishedAt)
            """,
            drill
        );

    /// <summary>How it ended; one that has ended already stays as it is.</summary>
    public Task EndAsync(Drill ended) =>
        session.ExecuteAsync(
            """
            UPDATE drills SET outcome = @Outcome, reason = @Reason, bytes = @Bytes, files = @Files, duration = @Duration,
                finished_at = @FinishedAt
            WHERE id = @Id AND outcome IS NULL
            """,
            ended
        );

    public Task RemoveBeforeAsync(DateTimeOffset time) =>
        session.ExecuteAsync("DELETE FROM drills WHERE created_at < @time", new { time });
}

public static class DrillRowsExtension
{
    extension(ICatalogSession session)
    {
        public DrillRows Drills => new(session);
    }
}
