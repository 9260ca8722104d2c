using Holdfast.Core.Model;

namespace Holdfast.Core.Catalog;

/// <summary>Conditions of a list of holds, all exact; null does not filter.</summary>
public sealed record HoldFilter
{
    public string? ProjectId { get; init; }
    public string? BackupId { get; init; }
}

public sealed class HoldRows(ICatalogSession session)
{
    private const string Select =
        "SELECT id, backup_id, project_id, user_id, reason, expires_at, created_at, updated_at FROM holds";

    public Task<Hold?> FindAsync(string id) => session.FindAsync<Hold>(Select + " WHERE id = @id", new { id });

    public Task<IReadOnlyList<Hold>> ListAsync(HoldFilter filter, RowOrder<Hold> order)
    {
        ListQuery query = new ListQuery(session.Dialect, Select)
            .Where("project_id = @projectId", "projectId", filter.ProjectId)
            .Where("backup_id = @backupId", "backupId", filter.BackupId);
        return session.QueryAsync<Hold>(query.Build(order), query.Parameters);
    }

    /// <summary>The backup's, oldest first, also those whose time is over.</summary>
    public Task<IReadOnlyList<Hold>> OfBackupAsync(string backupId) =>
        session.QueryAsync<Hold>(Select + " WHERE backup_id = @backupId ORDER BY created_at, id", new { backupId });

    /// <summary>Those of the backups that the schedule has asked for, also those whose time is over.</summary>
    public Task<IReadOnlyList<Hold>> OfScheduleAsync(string scheduleId) =>
        session.QueryAsync<Hold>(
            Select + " WHERE backup_id IN (SELECT id FROM backups WHERE schedule_id = @scheduleId)",
            new { scheduleId }
        );

    /// <summary>The project's whose time is not over, oldest first.</summary>
    public Task<IReadOnlyList<Hold>> OfProjectAsync(string projectId, DateTimeOffset now) =>
        session.QueryAsync<Hold>(
            Select
                + " WHERE project_id = @projectId AND (expires_at IS NULL OR expires_at > @now) ORDER BY created_at, id",
            new { projectId, now }
        );

    public Task AddAsync(Hold hold) =>
        session.ExecuteAsync(
            """
            INSERT INTO holds (id, backup_id, project_id, user_id, reason, expires_at, created_at, updated_at)
            VALUES (@Id, @BackupId, @ProjectId, @UserId, @Reason, @ExpiresAt, @CreatedAt, @UpdatedAt)
            """,
            hold
        );

    public Task SetAsync(Hold changed) =>
        session.ExecuteAsync(
            "UPDATE holds SET reason = @Reason, expires_at = @ExpiresAt, updated_at = @UpdatedAt WHERE id = @Id",
            changed
        );

    public Task RemoveAsync(string id) => session.ExecuteAsync("DELETE FROM holds WHERE id = @id", new { id });
}

public static class HoldRowsExtension
{
    extension(ICatalogSession session)
    {
        public HoldRows Holds => new(session);
    }
}
