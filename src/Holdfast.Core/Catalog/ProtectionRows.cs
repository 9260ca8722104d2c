namespace Holdfast.Core.Catalog;

/// <summary>A share, and how well its project's backups keep it.</summary>
public sealed record ShareProtection
{
    public required string ShareId { get; init; }
    public string? Name { get; init; }

    /// <summary>When its newest backup that can be restored was made; null when there is none.</summary>
    public DateTimeOffset? ProtectedAt { get; init; }

    /// <summary>Of the newest backup, whatever became of it; null when there is none.</summary>
    public string? LatestStatus { get; init; }
}

/// <summary>How many of a project's shares are how well kept.</summary>
public sealed record ProtectionCounts
{
    public long Shares { get; init; }

    /// <summary>With a backup that can be restored and is recent.</summary>
    public long Protected { get; init; }

    /// <summary>Whose newest backup failed, recent others or not.</summary>
    public long Failing { get; init; }
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

/// <summary>What shares and their backups say together.</summary>
public sealed class ProtectionRows(ICatalogSession session)
{
    private const string Select = """
        SELECT id AS share_id, name,
            (SELECT b.created_at FROM backups AS b
             WHERE b.project_id = @projectId AND b.share_id = shares.id AND b.status IN ('available', 'restoring')
             ORDER BY b.created_at DESC LIMIT 1) AS protected_at,
            (SELECT b.status FROM backups AS b
             WHERE b.project_id = @projectId AND b.share_id = shares.id
             ORDER BY b.created_at DESC, b.id DESC LIMIT 1) AS latest_status
        FROM shares
        """;

    private const string OfProject = Select + " WHERE project_id = @projectId AND scheduled_to_be_deleted_at IS NULL";

    private const string Unwell = "(protected_at IS NULL OR protected_at < @since OR latest_status = 'error')";

    /// <summary>By the project's own backups.</summary>
    public Task<IReadOnlyList<ShareProtection>> OfSharesAsync(string projectId, IReadOnlyList<string> ids) =>
        session.QueryAsync<ShareProtection>(Select + " WHERE id IN @ids", new { projectId, ids = ids.ToArray() });

    /// <param name="since">A backup from then on is recent.</param>
    public async Task<ProtectionCounts> CountAsync(string projectId, DateTimeOffset since) =>
        await session.FindAsync<ProtectionCounts>(
            $"""
            SELECT count(*) AS shares,
                coalesce(sum(CASE WHEN protected_at >= @since THEN 1 ELSE 0 END), 0) AS protected,
                coalesce(sum(CASE WHEN latest_status = 'error' THEN 1 ELSE 0 END), 0) AS failing
            FROM ({OfProject}) AS found
            """,
            new { projectId, since }
        ) ?? new ProtectionCounts();

    /// <summary>Those that are not protected, or whose newest backup failed; the longest unprotected first.</summary>
    public Task<IReadOnlyList<ShareProtection>> UnwellAsync(string projectId, DateTimeOffset since, int limit) =>
        session.QueryAsync<ShareProtection>(
            $"""
            SELECT share_id, name, protected_at, latest_status FROM ({OfProject}) AS found
            WHERE {Unwell} ORDER BY coalesce(protected_at, 0), share_id LIMIT @limit
            """,
            new
            {
                projectId,
                since,
                limit,
            }
        );

    /// <summary>Backups of the project's shares, by day; a day without any has no row.</summary>
    public Task<IReadOnlyList<BackupDay>> DaysAsync(string projectId, DateTimeOffset since) =>
        session.QueryAsync<BackupDay>(
            """
            SELECT created_at / 86400000000 AS day, count(*) AS made,
                sum(CASE WHEN status = 'error' THEN 1 ELSE 0 END) AS failed
            FROM backups
            WHERE of_volume = FALSE AND project_id = @projectId AND created_at >= @since
            GROUP BY created_at / 86400000000 ORDER BY day
            """,
            new { projectId, since }
        );
}

public static class ProtectionRowsExtension
{
    extension(ICatalogSession session)
    {
        public ProtectionRows Protection => new(session);
    }
}
