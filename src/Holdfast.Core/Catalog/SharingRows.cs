using Holdfast.Core.Model;

namespace Holdfast.Core.Catalog;

/// <summary>A sharing with the backup that it gives.</summary>
/// <param name="RepositoryId">restic's id of the owner's repository; null before its first backup.</param>
public sealed record SharedBackup(Sharing Sharing, Backup Backup, string? RepositoryId)
{
    public string Id => Sharing.Id;
}

/// <summary>Which sharings: those that a project has given, or those that it was given. Texts are exact but <see cref="NamePart"/>.</summary>
public sealed record SharingFilter
{
    /// <summary>Given by this project; null does not filter.</summary>
    public string? FromProjectId { get; init; }

    /// <summary>Given to this project; null does not filter.</summary>
    public string? ToProjectId { get; init; }

    /// <summary>Of <see cref="SharingState"/>.</summary>
    public string? State { get; init; }
    public string? BackupId { get; init; }

    /// <summary>The backup's share or volume.</summary>
    public string? SourceId { get; init; }

    /// <summary>Part of the backup's name, without case; % and _ are themselves.</summary>
    public string? NamePart { get; init; }

    /// <summary>The backup's.</summary>
    public string? Status { get; init; }

    /// <summary>The backup's; of several all must be it.</summary>
    public IReadOnlyList<string> AvailabilityZones { get; init; } = [];

    /// <summary>Those whose time is over at this moment are left out.</summary>
    public required DateTimeOffset Now { get; init; }
}

/// <summary>The rows of sharings. One filter makes the list and the count, so that they cannot disagree.</summary>
public sealed class SharingRows(ICatalogSession session)
{
    private const string Select =
        "SELECT id, backup_id, from_project_id, to_project_id, state, expires_at, created_at, updated_at FROM sharings";

    public Task<Sharing?> FindAsync(string id) => session.FindAsync<Sharing>(Select + " WHERE id = @id", new { id });

    /// <returns>The backup's sharings, oldest first, also those whose time is over.</returns>
    public Task<IReadOnlyList<Sharing>> OfBackupAsync(string backupId) =>
        session.QueryAsync<Sharing>(Select + " WHERE backup_id = @backupId ORDER BY created_at, id", new { backupId });

    /// <summary>Those of the backups that the schedule has asked for, also those whose time is over.</summary>
    public Task<IReadOnlyList<Sharing>> OfScheduleAsync(string scheduleId) =>
        session.QueryAsync<Sharing>(
            Select + " WHERE backup_id IN (SELECT id FROM backups WHERE schedule_id = @scheduleId)",
            new { scheduleId }
        );

    /// <returns>The sharing that lets the project use the backup now: accepted, its time not over; or null.</returns>
    public Task<Sharing?> FindUsableAsync(string backupId, string toProjectId, DateTimeOffset now) =>
        session.FindAsync<Sharing>(
            Select
                + " WHERE backup_id = @backupId AND to_project_id = @toProjectId AND state = 'accepted'"
                + " AND (expires_at IS NULL OR expires_at > @now)",
            new
            {
                backupId,
                toProjectId,
                now,
            }
        );

    /// <summary>The project's sharings of its own backups whose time is not over, oldest first.</summary>
    public Task<IReadOnlyList<Sharing>> GivenByAsync(string projectId, DateTimeOffset now) =>
        session.QueryAsync<Sharing>(
            Select
                + " WHERE from_project_id = @projectId AND (expires_at IS NULL OR expires_at > @now)"
                + " ORDER BY created_at, id",
            new { projectId, now }
        );

    public async Task<IReadOnlyList<SharedBackup>> ListAsync(SharingFilter filter, RowOrder<SharedBackup> order)
    {
        ListQuery query = Filtered("SELECT id FROM shared_backups", filter);
        IReadOnlyList<string> ids = await session.QueryAsync<string>(query.Build(order), query.Parameters);
        if (ids.Count == 0)
        {
            return [];
        }
        Dictionary<string, Sharing> sharings = (
            await session.QueryAsync<Sharing>(Select + " WHERE id IN @ids", new { ids = ids.ToArray() })
        ).ToDictionary(sharing => sharing.Id);
        Dictionary<string, Backup> backups = (
            await session.Backups.OfIdsAsync([.. sharings.Values.Select(sharing => sharing.BackupId).Distinct()])
        ).ToDictionary(backup => backup.Id);
        Dictionary<string, string> repositories = [];
        foreach (string project in sharings.Values.Select(sharing => sharing.FromProjectId).Distinct())
        {
            if (await session.Repositories.FindAsync(project) is { } repository)
            {
                repositories[project] = repository.RepositoryId;
            }
        }
        return
        [
            .. ids.Select(id => sharings[id])
                .Select(sharing => new SharedBackup(
                    sharing,
                    backups[sharing.BackupId],
                    repositories.GetValueOrDefault(sharing.FromProjectId)
                )),
        ];
    }

    public Task<long> CountAsync(SharingFilter filter)
    {
        ListQuery query = Filtered("SELECT count(*) FROM shared_backups", filter);
        return session.ScalarAsync<long>(query.BuildAll(), query.Parameters);
    }

    public Task AddAsync(Sharing sharing) =>
        session.ExecuteAsync(
            """
            INSERT INTO sharings (id, backup_id, from_project_id, to_project_id, state, expires_at, created_at, updated_at)
            VALUES (@Id, @BackupId, @FromProjectId, @ToProjectId, @State, @ExpiresAt, @CreatedAt, @UpdatedAt)
            """,
            sharing
        );

    public Task SetAsync(Sharing changed) =>
        session.ExecuteAsync(
            "UPDATE sharings SET state = @State, expires_at = @ExpiresAt, updated_at = @UpdatedAt WHERE id = @Id",
            changed
        );

    public Task RemoveAsync(string id) => session.ExecuteAsync("DELETE FROM sharings WHERE id = @id", new { id });

    /// <summary>Sharings whose time is over, so many at most, those first that have been longest.</summary>
    public Task<IReadOnlyList<Sharing>> ExpiredAsync(DateTimeOffset now, int limit) =>
        session.QueryAsync<Sharing>(
            Select + " WHERE expires_at <= @now ORDER BY expires_at LIMIT @limit",
            new { now, limit }
        );

    private ListQuery Filtered(string select, SharingFilter filter)
    {
        ListQuery query = new ListQuery(session.Dialect, select)
            .Where("from_project_id = @fromProjectId", "fromProjectId", filter.FromProjectId)
            .Where("to_project_id = @toProjectId", "toProjectId", filter.ToProjectId)
            .Where("state = @state", "state", filter.State)
            .Where("backup_id = @backupId", "backupId", filter.BackupId)
            .Where("source_id = @sourceId", "sourceId", filter.SourceId)
            .Where("status = @status", "status", filter.Status)
            .Where("(expires_at IS NULL OR expires_at > @now)", "now", filter.Now);
        for (int index = 0; index < filter.AvailabilityZones.Count; index++)
        {
            query.Where($"availability_zone = @zone{index}", $"zone{index}", filter.AvailabilityZones[index]);
        }
        return query.Contains("name", "namePart", filter.NamePart);
    }
}

public static class SharingRowsExtension
{
    extension(ICatalogSession session)
    {
        public SharingRows Sharings => new(session);
    }
}
