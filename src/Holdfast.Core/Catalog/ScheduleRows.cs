using Holdfast.Core.Model;

namespace Holdfast.Core.Catalog;

/// <summary>Conditions of a list of schedules, all exact; null does not filter.</summary>
public sealed record ScheduleFilter
{
    public string? ProjectId { get; init; }
    public string? ShareId { get; init; }
    public string? VolumeId { get; init; }
}

public sealed class ScheduleRows(ICatalogSession session)
{
    private const string Select = """
        SELECT id, project_id, user_id, name, share_id, volume_id, cron, time_zone, enabled, retention, next_at, look_at,
            retain_at, last_at, last_backup_id, problem, created_at, updated_at
        FROM schedules
        """;

    public Task<Schedule?> FindAsync(string id) => session.FindAsync<Schedule>(Select + " WHERE id = @id", new { id });

    public Task<IReadOnlyList<Schedule>> ListAsync(ScheduleFilter filter, RowOrder<Schedule> order)
    {
        ListQuery query = new ListQuery(session.Dialect, Select)
            .Where("project_id = @projectId", "projectId", filter.ProjectId)
            .Where("share_id = @shareId", "shareId", filter.ShareId)
            .Where("volume_id = @volumeId", "volumeId", filter.VolumeId);
        return session.QueryAsync<Schedule>(query.Build(order), query.Parameters);
    }

    /// <summary>All of the project's, oldest first.</summary>
    public Task<IReadOnlyList<Schedule>> OfProjectAsync(string projectId) =>
        session.QueryAsync<Schedule>(
            Select + " WHERE project_id = @projectId ORDER BY created_at, id",
            new { projectId }
        );

    /// <summary>How many the project has of the share or volume.</summary>
    public Task<int> CountOfSourceAsync(string projectId, string sourceId) =>
        session.ScalarAsync<int>(
            "SELECT count(*) FROM schedules WHERE project_id = @projectId AND (share_id = @sourceId OR volume_id = @sourceId)",
            new { projectId, sourceId }
        );

    /// <summary>Those that the scheduler is to look at now, so many at most, those first that have waited longest.</summary>
    public Task<IReadOnlyList<Schedule>> DueAsync(DateTimeOffset now, int limit) =>
        session.QueryAsync<Schedule>(
            Select + " WHERE look_at <= @now ORDER BY look_at LIMIT @limit",
            new { now, limit }
        );

    /// <summary>The same of those whose backups it is to look through.</summary>
    public Task<IReadOnlyList<Schedule>> ToRetainAsync(DateTimeOffset now, int limit) =>
        session.QueryAsync<Schedule>(
            Select + " WHERE retain_at <= @now ORDER BY retain_at LIMIT @limit",
            new { now, limit }
        );

    public Task AddAsync(Schedule schedule) =>
        session.ExecuteAsync(
            """
            INSERT INTO schedules (id, project_id, user_id, name, share_id, volume_id, cron, time_zone, enabled, retention,
                next_at, look_at, retain_at, last_at, last_backup_id, problem, created_at, updated_at)
            VALUES (@Id, @ProjectId, @UserId, @Name, @ShareId, @VolumeId, @Cron, @TimeZone, @Enabled, @Retention,
                @NextAt, @LookAt, @RetainAt, @LastAt, @LastBackupId, @Problem, @CreatedAt, @UpdatedAt)
            """,
            schedule
        );

    /// <summary>All of it but whose it is, and of what.</summary>
    public Task SetAsync(Schedule changed) =>
        session.ExecuteAsync(
            """
            UPDATE schedules SET name = @Name, cron = @Cron, time_zone = @TimeZone, enabled = @Enabled,
                retention = @Retention, next_at = @NextAt, look_at = @LookAt, retain_at = @RetainAt, last_at = @LastAt,
                last_backup_id = @LastBackupId, problem = @Problem, updated_at = @UpdatedAt
            WHERE id = @Id
            """,
            changed
        );

    /// <summary>When the scheduler looks through its backups again; null is never.</summary>
    public Task RetainAtAsync(string id, DateTimeOffset? when) =>
        session.ExecuteAsync("UPDATE schedules SET retain_at = @when WHERE id = @id", new { id, when });

    /// <summary>A backup has come, or has failed: others of its schedule, if it has one, may go.</summary>
    public Task RetainSoonAsync(string backupId, DateTimeOffset now) =>
        session.ExecuteAsync(
            "UPDATE schedules SET retain_at = @now WHERE enabled AND id = (SELECT schedule_id FROM backups WHERE id = @backupId)",
            new { backupId, now }
        );

    /// <summary>The project is gone: nobody is left to ask for its backups, or to say which may go.</summary>
    public Task DisableOfProjectAsync(string projectId, DateTimeOffset now) =>
        session.ExecuteAsync(
            """
            UPDATE schedules SET enabled = FALSE, next_at = NULL, look_at = NULL, retain_at = NULL, updated_at = @now
            WHERE project_id = @projectId
            """,
            new { projectId, now }
        );

    public Task RemoveAsync(string id) => session.ExecuteAsync("DELETE FROM schedules WHERE id = @id", new { id });
}

public static class ScheduleRowsExtension
{
    extension(ICatalogSession session)
    {
        public ScheduleRows Schedules => new(session);
    }
}
