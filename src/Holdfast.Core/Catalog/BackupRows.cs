using Holdfast.Core.Model;

namespace Holdfast.Core.Catalog;

/// <summary>Conditions of a list of backups; null does not filter. Texts are exact but the <c>Like</c> ones.</summary>
public sealed record BackupFilter
{
    public string? ProjectId { get; init; }
    public string? Id { get; init; }
    public string? Name { get; init; }
    public string? NameLike { get; init; }
    public string? Description { get; init; }
    public string? DescriptionLike { get; init; }

    /// <summary>Without case.</summary>
    public string? Status { get; init; }

    /// <summary>Whether the backups are those of volumes; else they are those of shares. No list has both.</summary>
    public bool OfVolumes { get; init; }
    public string? ShareId { get; init; }
    public string? VolumeId { get; init; }
    public string? Topic { get; init; }
    public string? Host { get; init; }
}

/// <summary>What a finished backup is.</summary>
/// <param name="SnapshotId">restic's id of the snapshot.</param>
/// <param name="DataAt">When the source was captured.</param>
/// <param name="ObjectCount">Packs that hold the data.</param>
/// <param name="Bytes">Of a volume: what was read, which the backup's size follows. Null leaves that as it is.</param>
public sealed record BackupCommit(
    string SnapshotId,
    string Capture,
    long ItemErrors,
    string? Notes,
    DateTimeOffset DataAt,
    bool IsIncremental,
    long? ObjectCount,
    long? Bytes = null
);

public sealed record BackupCount
{
    public required string Status { get; init; }
    public long Count { get; init; }
}

public sealed class BackupRows(ICatalogSession session)
{
    private const string Select = """
        SELECT id, project_id, user_id, share_id, volume_id, name, description, size, status, availability_zone, progress,
            restore_progress, backup_type, options, host, topic, fail_reason, snapshot_id, capture, item_errors,
            notes, data_at, is_incremental, object_count, bytes, schedule_id, completed_at, restored_at,
            damage, drill_damage_at, created_at, updated_at
        FROM backups
        """;

    public Task<Backup?> FindAsync(string id) => session.FindAsync<Backup>(Select + " WHERE id = @id", new { id });

    public Task<IReadOnlyList<Backup>> OfIdsAsync(IReadOnlyList<string> ids) =>
        session.QueryAsync<Backup>(Select + " WHERE id IN @ids", new { ids = ids.ToArray() });

    public Task<IReadOnlyList<Backup>> ListAsync(BackupFilter filter, RowOrder<Backup> order)
    {
        string? texts = order.Column.Expression == "created_at" ? TextsOf(filter) : null;
        string source = texts is null ? "backups" : $"({texts}) CROSS JOIN backups";
        // The page is found in the indexes alone; only its rows are read whole.
        ListQuery query = new ListQuery(session.Dialect, $"SELECT id AS page_id FROM {source}")
            .Where(filter.OfVolumes ? "of_volume = TRUE" : "of_volume = FALSE")
            .Where("project_id = @projectId", "projectId", filter.ProjectId)
            .Where("id = @id", "id", filter.Id)
            .Where("name = @name", "name", filter.Name)
            .Like("name", "nameLike", filter.NameLike)
            .Where("description = @description", "description", filter.Description)
            .Like("description", "descriptionLike", filter.DescriptionLike)
            .Where("status = @status", "status", filter.Status?.ToLowerInvariant())
            .Where("share_id = @shareId", "shareId", filter.ShareId)
            .Where("volume_id = @volumeId", "volumeId", filter.VolumeId)
            .Where("topic = @topic", "topic", filter.Topic)
            .Where("host = @host", "host", filter.Host);
        if (texts is not null)
        {
            query.Within("first_at", "last_at", order);
        }
        return session.QueryAsync<Backup>(
            $"{Select}, ({query.Build(order)}) AS page WHERE id = page_id ORDER BY {order.By}",
            query.Parameters
        );
    }

    /// <summary>
    /// A select of the times in which the project's backups may have the part of a text that the filter looks for; null
    /// where that is not known. Its parameters are among those of the list.
    /// </summary>
    private string? TextsOf(BackupFilter filter) =>
        session.Dialect.BackupTexts
        && filter.ProjectId is not null
        && (filter.NameLike ?? filter.DescriptionLike) is not null
            ? new ListQuery(session.Dialect, "SELECT first_at, last_at FROM backup_texts")
                .Where(filter.OfVolumes ? "of_volume = TRUE" : "of_volume = FALSE")
                .Where("project_id = @projectId", "projectId", filter.ProjectId)
                .Like("names", "nameLike", filter.NameLike)
                .Like("descriptions", "descriptionLike", filter.DescriptionLike)
                .BuildAll()
            : null;

    public async Task AddAsync(Backup backup)
    {
        await session.ExecuteAsync(
            """
            INSERT INTO backups (id, project_id, user_id, share_id, volume_id, of_volume, name, description, size, status,
                availability_zone, progress, restore_progress, backup_type, options, host, topic, fail_reason, snapshot_id,
                capture, item_errors, notes, data_at, is_incremental, object_count, bytes, schedule_id,
                completed_at, restored_at, damage, drill_damage_at, created_at, updated_at)
            VALUES (@Id, @ProjectId, @UserId, @ShareId, @VolumeId, @OfVolume, @Name, @Description, @Size, @Status,
                @AvailabilityZone, @Progress, @RestoreProgress, @BackupType, @Options, @Host, @Topic, @FailReason, @SnapshotId,
                @Capture, @ItemErrors, @Notes, @DataAt, @IsIncremental, @ObjectCount, @Bytes, @ScheduleId, @CompletedAt,
                @RestoredAt, @Damage, @DrillDamageAt, @CreatedAt, @UpdatedAt)
            """,
            backup
        );
        if (session.Dialect.BackupTexts)
        {
            await session.ExecuteAsync(
                "INSERT INTO backup_texts_news (of_volume, project_id, created_at) VALUES (@OfVolume, @ProjectId, @CreatedAt)",
                backup
            );
        }
    }

    /// <summary>Compare-and-set of the status; <paramref name="from"/> null sets it whatever it was.</summary>
    /// <returns>False, and nothing changed, when the backup is gone or its status another.</returns>
    public async Task<bool> SetStatusAsync(string id, string? from, string to, DateTimeOffset now) =>
        await session.ExecuteAsync(
            "UPDATE backups SET status = @to, updated_at = @now WHERE id = @id AND (@from IS NULL OR status = @from)",
            new
            {
                id,
                from,
                to,
                now,
            }
        ) == 1;

    /// <summary>The service's commit of a backup: names the snapshot and makes it usable.</summary>
    public async Task<bool> CommitAsync(string id, BackupCommit commit, DateTimeOffset now) =>
        await session.ExecuteAsync(
            """
            UPDATE backups SET status = 'available', snapshot_id = @SnapshotId, capture = @Capture,
                item_errors = @ItemErrors, notes = @Notes, data_at = @DataAt, is_incremental = @IsIncremental,
                object_count = @ObjectCount, bytes = @Bytes, size = coalesce(@size, size), progress = 100, fail_reason = NULL, completed_at = @now,
                updated_at = @now
            WHERE id = @id AND status = 'creating'
            """,
            new
            {
                id,
                commit.SnapshotId,
                commit.Capture,
                commit.ItemErrors,
                commit.Notes,
                commit.DataAt,
                commit.IsIncremental,
                commit.ObjectCount,
                commit.Bytes,
                size = commit.Bytes is { } bytes ? Volume.Gibibytes(bytes) : (int?)null,
                now,
            }
        ) == 1;

    /// <summary>The project's snapshots are gone for good, and every backup that named one is an error; one that is being deleted stays so.</summary>
    /// <returns>How many.</returns>
    public Task<int> LoseAllAsync(string projectId, string reason, DateTimeOffset now) =>
        session.ExecuteAsync(
            """
            UPDATE backups SET snapshot_id = NULL, fail_reason = @reason, updated_at = @now,
                status = CASE WHEN status = 'deleting' THEN status ELSE 'error' END
            WHERE project_id = @projectId AND snapshot_id IS NOT NULL
            """,
            new
            {
                projectId,
                reason,
                now,
            }
        );

    /// <summary>Why the last attempt failed, or what it waits for; null clears.</summary>
    public Task SetReasonAsync(string id, string? reason) =>
        session.ExecuteAsync("UPDATE backups SET fail_reason = @reason WHERE id = @id", new { id, reason });

    public Task SetHostAsync(string id, string host) =>
        session.ExecuteAsync("UPDATE backups SET host = @host WHERE id = @id", new { id, host });

    public Task SetProgressAsync(string id, int percent) =>
        session.ExecuteAsync("UPDATE backups SET progress = @percent WHERE id = @id", new { id, percent });

    public Task SetRestoreProgressAsync(string id, int percent) =>
        session.ExecuteAsync("UPDATE backups SET restore_progress = @percent WHERE id = @id", new { id, percent });

    public Task SetTextsAsync(string id, string? name, string? description, DateTimeOffset now) =>
        session.ExecuteAsync(
            "UPDATE backups SET name = @name, description = @description, updated_at = @now WHERE id = @id",
            new
            {
                id,
                name,
                description,
                now,
            }
        );

    public Task RemoveAsync(string id) => session.ExecuteAsync("DELETE FROM backups WHERE id = @id", new { id });

    /// <summary>How many backups the share has, of any status and any project.</summary>
    public Task<int> CountOfShareAsync(string shareId) =>
        session.ScalarAsync<int>("SELECT count(*) FROM backups WHERE share_id = @shareId", new { shareId });

    /// <summary>How many backups the volume has, of any status and any project.</summary>
    public Task<int> CountOfVolumeAsync(string volumeId) =>
        session.ScalarAsync<int>("SELECT count(*) FROM backups WHERE volume_id = @volumeId", new { volumeId });

    /// <summary>Whether the volume has a backup that is this snapshot.</summary>
    public async Task<bool> HasSnapshotAsync(string volumeId, string snapshotId) =>
        await session.ScalarAsync<int>(
            "SELECT count(*) FROM backups WHERE volume_id = @volumeId AND snapshot_id = @snapshotId",
            new { volumeId, snapshotId }
        ) > 0;

    /// <summary>How many backups there are in each status, of all projects.</summary>
    public Task<IReadOnlyList<BackupCount>> CountAsync() =>
        session.QueryAsync<BackupCount>(
            "SELECT status, sum(some) AS count FROM "
                + "(SELECT of_volume, status, count(*) AS some FROM backups GROUP BY of_volume, status) AS kinds "
                + "GROUP BY status ORDER BY status"
        );

    /// <returns>The newest available backup with options that the project has of the share; null when there is none.</returns>
    public Task<Backup?> NewestWithOptionsAsync(string projectId, string shareId) =>
        session.FindAsync<Backup>(
            Select
                + " WHERE project_id = @projectId AND share_id = @shareId AND status = 'available' AND options IS NOT NULL"
                + " ORDER BY created_at DESC, id DESC LIMIT 1",
            new { projectId, shareId }
        );

    /// <returns>The newest available backup that the project has of the share; null when there is none.</returns>
    public Task<Backup?> NewestAsync(string projectId, string shareId) =>
        session.FindAsync<Backup>(
            Select
                + " WHERE project_id = @projectId AND share_id = @shareId AND status = 'available'"
                + " ORDER BY created_at DESC, id DESC LIMIT 1",
            new { projectId, shareId }
        );

    /// <returns>The newest backup with data that the project has of the share or volume; null when there is none.</returns>
    public Task<Backup?> NewestGoodAsync(string projectId, string sourceId, bool ofVolume) =>
        session.FindAsync<Backup>(
            Select
                + $" WHERE {(ofVolume ? "volume_id" : "share_id")} = @sourceId AND project_id = @projectId"
                + " AND snapshot_id IS NOT NULL AND status IN ('available', 'restoring') AND damage IS NULL"
                + " ORDER BY created_at DESC, id DESC LIMIT 1",
            new { projectId, sourceId }
        );

    /// <summary>Those that can be restored, or could be: available or being restored now.</summary>
    public Task<IReadOnlyList<Backup>> WithDataAsync(string projectId) =>
        session.QueryAsync<Backup>(
            Select
                + " WHERE project_id = @projectId AND snapshot_id IS NOT NULL AND status IN ('available', 'restoring')",
            new { projectId }
        );

    public Task SetDamageAsync(string id, string damage) =>
        session.ExecuteAsync("UPDATE backups SET damage = @damage WHERE id = @id", new { id, damage });

    /// <summary>Nothing is known to be wrong with it any more.</summary>
    public Task ClearDamageAsync(string id) =>
        session.ExecuteAsync("UPDATE backups SET damage = NULL, drill_damage_at = NULL WHERE id = @id", new { id });

    /// <returns>The project's newest that can be restored, of shares or volumes; null when there is none.</returns>
    public Task<Backup?> NewestUndamagedAsync(string projectId) =>
        session.FindAsync<Backup>(
            Select
                + " WHERE project_id = @projectId AND snapshot_id IS NOT NULL AND status IN ('available', 'restoring')"
                + " AND damage IS NULL ORDER BY created_at DESC, id DESC LIMIT 1",
            new { projectId }
        );

    /// <summary>Of all of the project's that can be restored, or could be, and of which nothing was known to be wrong.</summary>
    /// <returns>How many.</returns>
    public Task<int> SetDamageOfAllAsync(string projectId, string damage) =>
        session.ExecuteAsync(
            "UPDATE backups SET damage = @damage WHERE project_id = @projectId AND snapshot_id IS NOT NULL"
                + " AND status IN ('available', 'restoring') AND damage IS NULL",
            new { projectId, damage }
        );

    /// <summary>A drill has restored it whole.</summary>
    public Task SetRestoredAsync(string id, DateTimeOffset now) =>
        session.ExecuteAsync(
            "UPDATE backups SET restored_at = @now, damage = NULL, drill_damage_at = NULL WHERE id = @id",
            new { id, now }
        );

    /// <summary>A drill could not restore it whole.</summary>
    public Task SetDrillDamageAsync(string id, string damage, DateTimeOffset now) =>
        session.ExecuteAsync(
            "UPDATE backups SET damage = @damage, drill_damage_at = @now WHERE id = @id",
            new
            {
                id,
                damage,
                now,
            }
        );

    /// <summary>Those that the schedule has asked for, newest first.</summary>
    public Task<IReadOnlyList<Backup>> OfScheduleAsync(string scheduleId) =>
        session.QueryAsync<Backup>(
            Select + " WHERE schedule_id = @scheduleId ORDER BY created_at DESC, id DESC",
            new { scheduleId }
        );

    /// <summary>The project's usable backups, oldest first.</summary>
    public Task<IReadOnlyList<Backup>> AvailableAsync(string projectId) =>
        session.QueryAsync<Backup>(
            Select + " WHERE project_id = @projectId AND snapshot_id IS NOT NULL ORDER BY created_at, id",
            new { projectId }
        );

    /// <summary>Ids of the snapshots that must exist: those of the project's backups that nobody has begun to delete.</summary>
    public Task<IReadOnlyList<string>> SnapshotIdsAsync(string projectId) =>
        session.QueryAsync<string>(
            "SELECT snapshot_id FROM backups WHERE project_id = @projectId AND snapshot_id IS NOT NULL"
                + " AND status IN ('available', 'restoring')",
            new { projectId }
        );
}

public static class BackupRowsExtension
{
    extension(ICatalogSession session)
    {
        public BackupRows Backups => new(session);
    }
}
