using Holdfast.Core.Model;

namespace Holdfast.Core.Catalog;

/// <summary>How well a share or a volume is backed up, in the order in which people have to look at it.</summary>
public static class ProtectionState
{
    /// <summary>The last backup failed or is damaged, or one that is due cannot be asked for.</summary>
    public const string Failing = "failing";

    /// <summary>A schedule says that there should be a newer backup; or there is no schedule, and the newest is old.</summary>
    public const string Overdue = "overdue";

    /// <summary>It has no good backup, and no schedule that was due yet.</summary>
    public const string Unprotected = "unprotected";

    /// <summary>It has a good backup, and every schedule has what it wants.</summary>
    public const string Protected = "protected";
}

/// <summary>A share or a volume, and how well a project's backups keep it.</summary>
public sealed record Protection
{
    public required string SourceId { get; init; }
    public bool OfVolume { get; init; }
    public string? Name { get; init; }

    /// <summary>Of <see cref="ProtectionState"/>.</summary>
    public required string State { get; init; }

    /// <summary>Why the last backup failed, what is damaged of it, or why one that is due cannot be asked for; null where that is not known, and elsewhere.</summary>
    public string? Problem { get; init; }

    /// <summary>The newest backup that can be restored; null when there is none.</summary>
    public string? GoodBackupId { get; init; }

    /// <summary>What can be had: when that was captured.</summary>
    public DateTimeOffset? GoodAt { get; init; }

    /// <summary>When the next backup is due; null without a schedule.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>There should be a newer good backup, whatever else is wrong.</summary>
    public bool IsOverdue { get; init; }

    /// <summary>When webhooks were told so; null once it is not so any more.</summary>
    public DateTimeOffset? OverdueToldAt { get; init; }
}

/// <summary>How many of a project's shares and volumes are in a state.</summary>
public sealed record ProtectionCount
{
    public required string State { get; init; }
    public long Sources { get; init; }
}

/// <summary>The backups of one day, UTC.</summary>
public sealed record BackupDay
{
    /// <summary>Days since 1970.</summary>
    public long Day { get; init; }
    public long Made { get; init; }

    /// <summary>Of those made, the ones that failed.</summary>
    public long Failed { get; init; }
}

/// <summary>What shares and volumes, their backups and their schedules say together, by what one project has of them.</summary>
/// <param name="now">Of that moment.</param>
public sealed class ProtectionRows(ICatalogSession session, string projectId, DateTimeOffset now)
{
    /// <summary>Downtime, and a source that is at work: neither makes it overdue at once.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    /// <summary>Without a schedule nobody has said how old a backup may be.</summary>
    public static readonly TimeSpan Recent = TimeSpan.FromDays(7);

    // A schedule is late that waits longer than it should, or whose backup was asked for and has not come.
    private const string Late =
        "(c.next_at < @patient OR (c.last_at < @patient AND coalesce(good.data_at, good.created_at, 0) < c.last_at))";

    private static readonly string Shares = Select("share", 0);
    private static readonly string Volumes = Select("volume", 1);

    private static readonly string SharesOfProject =
        $"{Shares} WHERE s.project_id = @projectId AND s.scheduled_to_be_deleted_at IS NULL";

    private static readonly string SourcesOfProject =
        $"{SharesOfProject} UNION ALL {Volumes} WHERE s.project_id = @projectId";

    /// <summary>Of shares or of volumes; a condition on <c>s</c> may follow.</summary>
    private static string Select(string source, int ofVolume)
    {
        string backups = $"SELECT b.id FROM backups AS b WHERE b.{source}_id = s.id AND b.project_id = @projectId";
        string schedules =
            $"FROM schedules AS c WHERE c.{source}_id = s.id AND c.project_id = @projectId AND c.enabled";
        // What a schedule waits for while the project's own backup is made is no problem.
        return $"""
            SELECT s.id AS source_id, {ofVolume} AS of_volume, s.name, latest.status AS latest_status, latest.fail_reason,
                latest.damage, good.id AS good_backup_id, coalesce(good.data_at, good.created_at) AS good_at,
                (SELECT min(c.next_at) {schedules}) AS next_at,
                (SELECT max(CASE WHEN {Late} THEN 1 ELSE 0 END) {schedules}) AS late,
                (SELECT o.told_at FROM overdue_{source}s AS o WHERE o.{source}_id = s.id) AS overdue_told_at,
                (SELECT max(c.problem) {schedules} AND c.next_at < @patient
                    AND NOT EXISTS ({backups} AND b.status = 'creating')) AS waits
            FROM {source}s AS s
            LEFT JOIN backups AS latest ON latest.id = (
                {backups} AND b.status IN ('available', 'restoring', 'error') ORDER BY b.created_at DESC, b.id DESC LIMIT 1)
            LEFT JOIN backups AS good ON good.id = (
                {backups} AND b.status IN ('available', 'restoring') AND b.snapshot_id IS NOT NULL AND b.damage IS NULL
                ORDER BY b.created_at DESC, b.id DESC LIMIT 1)
            """;
    }

    private static string Judged(string found) =>
        $"""
            SELECT source_id, of_volume, name, good_backup_id, good_at, next_at,
                CASE WHEN latest_status = 'error' OR damage IS NOT NULL OR (late = 1 AND waits IS NOT NULL) THEN 'failing'
                    WHEN late = 1 THEN 'overdue'
                    WHEN good_at IS NULL THEN 'unprotected'
                    WHEN late IS NULL AND good_at < @recent THEN 'overdue'
                    ELSE 'protected' END AS state,
                CASE WHEN latest_status = 'error' THEN fail_reason WHEN damage IS NOT NULL THEN damage
                    WHEN late = 1 THEN waits END AS problem,
                CASE WHEN late = 1 OR (late IS NULL AND good_at < @recent) THEN 1 ELSE 0 END AS is_overdue, overdue_told_at
            FROM ({found}) AS found
            """;

    private object Parameters(int limit = 0, string[]? ids = null) =>
        new
        {
            projectId,
            patient = now - Patience,
            recent = now - Recent,
            limit,
            ids = ids ?? [],
        };

    /// <summary>Also of others' shares.</summary>
    public Task<IReadOnlyList<Protection>> OfSharesAsync(IReadOnlyList<string> ids) => OfAsync(Shares, ids);

    public Task<IReadOnlyList<Protection>> OfVolumesAsync(IReadOnlyList<string> ids) => OfAsync(Volumes, ids);

    private Task<IReadOnlyList<Protection>> OfAsync(string sources, IReadOnlyList<string> ids) =>
        session.QueryAsync<Protection>(Judged(sources + " WHERE s.id IN @ids"), Parameters(ids: [.. ids]));

    /// <summary>The project's shares by their state, and its volumes too where they are asked for; a state without any has no row.</summary>
    public Task<IReadOnlyList<ProtectionCount>> CountAsync(bool volumes) =>
        session.QueryAsync<ProtectionCount>(
            $"SELECT state, count(*) AS sources FROM ({Judged(OfProject(volumes))}) AS states GROUP BY state",
            Parameters()
        );

    /// <summary>The same that are not protected, the worst first: those failing, then those that were protected longest ago.</summary>
    public Task<IReadOnlyList<Protection>> UnwellAsync(int limit, bool volumes) =>
        session.QueryAsync<Protection>(
            $"""
            SELECT * FROM ({Judged(OfProject(volumes))}) AS states WHERE state <> 'protected'
            ORDER BY CASE state WHEN 'failing' THEN 0 WHEN 'overdue' THEN 1 ELSE 2 END, coalesce(good_at, 0), source_id
            LIMIT @limit
            """,
            Parameters(limit)
        );

    /// <summary>The project's shares and volumes that are overdue and nobody was told so, or the other way round.</summary>
    public Task<IReadOnlyList<Protection>> MistoldAsync(int limit) =>
        session.QueryAsync<Protection>(
            $"""
            SELECT * FROM ({Judged(SourcesOfProject)}) AS states
            WHERE is_overdue = CASE WHEN overdue_told_at IS NULL THEN 1 ELSE 0 END
            ORDER BY source_id LIMIT @limit
            """,
            Parameters(limit)
        );

    private static string OfProject(bool volumes) => volumes ? SourcesOfProject : SharesOfProject;

    /// <summary>Webhooks have been told that it is overdue.</summary>
    public Task ToldOverdueAsync(Protection one) =>
        session.ExecuteAsync(
            one.OfVolume
                ? "INSERT INTO overdue_volumes (volume_id, told_at) VALUES (@id, @now) ON CONFLICT DO NOTHING"
                : "INSERT INTO overdue_shares (share_id, told_at) VALUES (@id, @now) ON CONFLICT DO NOTHING",
            new { id = one.SourceId, now }
        );

    /// <summary>It is overdue no more: the next time is news.</summary>
    public Task ForgetOverdueAsync(Protection one) =>
        session.ExecuteAsync(
            one.OfVolume
                ? "DELETE FROM overdue_volumes WHERE volume_id = @id"
                : "DELETE FROM overdue_shares WHERE share_id = @id",
            new { id = one.SourceId }
        );

    /// <summary>The project's backups of shares, and of volumes where they are asked for, by day; a day without any has no row.</summary>
    public Task<IReadOnlyList<BackupDay>> DaysAsync(DateTimeOffset since, bool volumes) =>
        session.QueryAsync<BackupDay>(
            """
            SELECT created_at / 86400000000 AS day, count(*) AS made,
                sum(CASE WHEN status = 'error' THEN 1 ELSE 0 END) AS failed
            FROM backups
            WHERE of_volume IN (FALSE, @volumes) AND project_id = @projectId AND created_at >= @since
            GROUP BY created_at / 86400000000 ORDER BY day
            """,
            new
            {
                projectId,
                since,
                volumes,
            }
        );
}

public static class ProtectionRowsExtension
{
    extension(ICatalogSession session)
    {
        public ProtectionRows Protection(string projectId, DateTimeOffset now) => new(session, projectId, now);
    }
}
