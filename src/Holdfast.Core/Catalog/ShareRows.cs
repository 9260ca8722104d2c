using Holdfast.Core.Model;
using Holdfast.Core.Sources;

namespace Holdfast.Core.Catalog;

/// <summary>Conditions of a list of shares; null does not filter.</summary>
public sealed record ShareFilter
{
    public string? ProjectId { get; init; }

    /// <summary>With a project: other projects' public shares too.</summary>
    public bool OrPublic { get; init; }
    public string? Name { get; init; }
    public string? NameLike { get; init; }
    public string? Description { get; init; }
    public string? DescriptionLike { get; init; }
    public string? Status { get; init; }
    public string? ShareTypeId { get; init; }
    public string? SnapshotId { get; init; }
    public string? Host { get; init; }
    public string? AvailabilityZone { get; init; }
    public string? ExportLocationId { get; init; }
    public string? ExportLocationPath { get; init; }

    /// <summary>All of these pairs.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>All of these pairs, of its type.</summary>
    public IReadOnlyDictionary<string, string>? ExtraSpecs { get; init; }

    /// <summary>Those in the recycle bin alone, or those out of it alone.</summary>
    public bool InBin { get; init; }
}

/// <summary>Of which moment a share's last good backup is, and the last that was proven.</summary>
public sealed record LastBackup
{
    public required string ShareId { get; init; }
    public required string ProjectId { get; init; }
    public required DateTimeOffset LastAt { get; init; }

    /// <summary>Null when none was proven yet.</summary>
    public DateTimeOffset? ProvenAt { get; init; }

    /// <summary>Shares with a backup, whether or not they were asked for.</summary>
    public long InAll { get; init; }
}

public sealed class ShareRows(ICatalogSession session)
{
    /// <summary>Whoever has a share.</summary>
    public Task<IReadOnlyList<string>> ProjectsAsync() =>
        session.QueryAsync<string>("SELECT DISTINCT project_id FROM shares ORDER BY project_id");

    /// <summary>Of all shares that their project has a good backup of, and that are in no bin, the oldest first.</summary>
    public Task<IReadOnlyList<LastBackup>> LastBackupsAsync(int limit) =>
        session.QueryAsync<LastBackup>(
            """
            SELECT share_id, project_id, last_at, in_all, (
                SELECT coalesce(b.data_at, b.created_at) FROM backups AS b
                LEFT JOIN repositories AS r ON r.project_id = b.project_id
                WHERE b.project_id = listed.project_id AND b.share_id = listed.share_id
                    AND b.status IN ('available', 'restoring') AND b.damage IS NULL
                    AND (b.restored_at IS NOT NULL OR coalesce(b.completed_at, b.updated_at, b.created_at) <= r.proven_at)
                ORDER BY b.created_at DESC, b.id DESC LIMIT 1
            ) AS proven_at
            FROM (
                SELECT share_id, project_id, last_at, count(*) OVER () AS in_all
                FROM (
                    SELECT s.id AS share_id, s.project_id, (
                        SELECT coalesce(b.data_at, b.created_at) FROM backups AS b
                        WHERE b.project_id = s.project_id AND b.share_id = s.id
                            AND b.status IN ('available', 'restoring') AND b.damage IS NULL
                        ORDER BY b.created_at DESC, b.id DESC LIMIT 1
                    ) AS last_at
                    FROM shares AS s WHERE s.scheduled_to_be_deleted_at IS NULL
                ) AS each_share
                WHERE last_at IS NOT NULL ORDER BY last_at, share_id LIMIT @limit
            ) AS listed
            ORDER BY last_at, share_id
            """,
            new { limit }
        );

    /// <summary>Of all projects, those in the bin left out.</summary>
    public Task<long> CountAsync() =>
        session.ScalarAsync<long>("SELECT count(*) FROM shares WHERE scheduled_to_be_deleted_at IS NULL");

    private const string Select = """
        SELECT id, project_id, user_id, name, description, size, status, task_state, protocol, share_type_id, is_public,
            availability_zone, root, path, adopted, host, metadata, source_backup_id, snapshot_id, created_at,
            updated_at, scheduled_to_be_deleted_at,
            (SELECT name FROM share_types AS t WHERE t.id = share_type_id) AS share_type_name,
            (SELECT extra_specs FROM share_types AS t WHERE t.id = share_type_id) AS extra_specs,
            (SELECT min(e.path) FROM export_locations AS e WHERE e.share_id = shares.id) AS export_path
        FROM shares
        """;

    public Task<Share?> FindAsync(string id) => session.FindAsync<Share>(Select + " WHERE id = @id", new { id });

    public Task<IReadOnlyList<Share>> ListAsync(ShareFilter filter, RowOrder<Share> order)
    {
        // The page is found in the indexes; only its rows are read whole.
        ListQuery query = Filter($"SELECT id AS page_id, {order.Column.Expression} AS page_key FROM shares", filter);
        return session.QueryAsync<Share>(
            $"{Select}, ({query.Build(order)}) AS page WHERE id = page_id ORDER BY {order.By}",
            query.Parameters
        );
    }

    public Task<long> CountAsync(ShareFilter filter)
    {
        ListQuery query = Filter("SELECT id FROM shares", filter);
        return session.ScalarAsync<long>($"SELECT count(*) FROM ({query.BuildAll()}) AS found", query.Parameters);
    }

    /// <summary>Whether a share of any project is, contains or lies in that directory of the root.</summary>
    public async Task<bool> AnyOverlapAsync(SharePlace place) =>
        await session.ScalarAsync<int>(
            """
            SELECT 1 FROM shares WHERE root = @Root AND path IN @above
            UNION ALL
            SELECT 1 FROM shares WHERE root = @Root AND path > @from AND path < @to
            LIMIT 1
            """,
            new
            {
                place.Root,
                above = Above(place.Path).ToArray(),
                // Byte by byte, '0' follows '/'.
                from = place.Path + "/",
                to = place.Path + "0",
            }
        ) > 0;

    /// <summary>Where shares lie beneath the root that have been made or adopted: those have an export location.</summary>
    public Task<IReadOnlyList<string>> MadePathsAsync(string root) =>
        session.QueryAsync<string>(
            """
            SELECT path FROM shares AS s
            WHERE root = @root AND EXISTS (SELECT 1 FROM export_locations WHERE share_id = s.id)
            """,
            new { root }
        );

    /// <summary>The project's shares, and others' that it has backups of.</summary>
    public Task<IReadOnlyList<Share>> KnownToAsync(string projectId) =>
        session.QueryAsync<Share>(
            Select
                + " WHERE project_id = @projectId"
                + " OR id IN (SELECT share_id FROM backups WHERE backups.project_id = @projectId)"
                + " ORDER BY created_at, id",
            new { projectId }
        );

    public Task<long> CountOfTypeAsync(string shareTypeId) =>
        session.ScalarAsync<long>(
            "SELECT count(*) FROM shares WHERE share_type_id = @shareTypeId",
            new { shareTypeId }
        );

    public Task AddAsync(Share share) =>
        session.ExecuteAsync(
            """
            INSERT INTO shares (id, project_id, user_id, name, description, size, status, task_state, protocol,
                share_type_id, is_public, availability_zone, root, path, adopted, host, metadata, source_backup_id,
                snapshot_id, created_at, updated_at, scheduled_to_be_deleted_at)
            VALUES (@Id, @ProjectId, @UserId, @Name, @Description, @Size, @Status, @TaskState, @Protocol,
                @ShareTypeId, @IsPublic, @AvailabilityZone, @Root, @Path, @Adopted, @Host, @Metadata, @SourceBackupId,
                @SnapshotId, @CreatedAt, @UpdatedAt, @ScheduledToBeDeletedAt)
            """,
            share
        );

    /// <summary>Compare-and-set of the status; <paramref name="from"/> null sets it whatever it was.</summary>
    /// <returns>False, and nothing changed, when the share is gone or its status another.</returns>
    public async Task<bool> SetStatusAsync(string id, string? from, string to, DateTimeOffset now) =>
        await session.ExecuteAsync(
            "UPDATE shares SET status = @to, updated_at = @now WHERE id = @id AND (@from IS NULL OR status = @from)",
            new
            {
                id,
                from,
                to,
                now,
            }
        ) == 1;

    public Task SetTextsAsync(Share share) =>
        session.ExecuteAsync(
            """
            UPDATE shares SET name = @Name, description = @Description, is_public = @IsPublic, updated_at = @UpdatedAt
            WHERE id = @Id
            """,
            share
        );

    public Task SetMetadataAsync(string id, IReadOnlyDictionary<string, string> metadata, DateTimeOffset now) =>
        session.ExecuteAsync(
            "UPDATE shares SET metadata = @metadata, updated_at = @now WHERE id = @id",
            new
            {
                id,
                metadata,
                now,
            }
        );

    /// <summary>Compare-and-set of the size of a share that is available.</summary>
    /// <returns>False, and nothing changed, when it is gone, at work or of another size.</returns>
    public async Task<bool> SetSizeAsync(string id, int from, int to, DateTimeOffset now) =>
        await session.ExecuteAsync(
            """
            UPDATE shares SET size = @to, updated_at = @now WHERE id = @id AND size = @from AND status = 'available'
            """,
            new
            {
                id,
                from,
                to,
                now,
            }
        ) == 1;

    public Task SetTaskStateAsync(string id, string? taskState, DateTimeOffset now) =>
        session.ExecuteAsync(
            "UPDATE shares SET task_state = @taskState, updated_at = @now WHERE id = @id",
            new
            {
                id,
                taskState,
                now,
            }
        );

    /// <summary>Puts the share into the recycle bin until then; null takes it out.</summary>
    public Task SetBinAsync(string id, DateTimeOffset? until, DateTimeOffset now) =>
        session.ExecuteAsync(
            "UPDATE shares SET scheduled_to_be_deleted_at = @until, updated_at = @now WHERE id = @id",
            new
            {
                id,
                until,
                now,
            }
        );

    /// <summary>Shares that have been in the recycle bin for long enough, and can be removed.</summary>
    public Task<IReadOnlyList<Share>> ExpiredAsync(DateTimeOffset now) =>
        session.QueryAsync<Share>(
            Select
                + """
                 WHERE scheduled_to_be_deleted_at <= @now AND status IN ('available', 'error', 'inactive') AND NOT adopted
                    AND NOT EXISTS (SELECT 1 FROM backups AS b WHERE b.share_id = shares.id)
                ORDER BY scheduled_to_be_deleted_at, id LIMIT 100
                """,
            new { now }
        );

    public Task SetHostAsync(string id, string host) =>
        session.ExecuteAsync("UPDATE shares SET host = @host WHERE id = @id", new { id, host });

    /// <summary>Which backup is being restored into the share; kept when that has ended.</summary>
    public Task SetSourceBackupAsync(string id, string backupId) =>
        session.ExecuteAsync("UPDATE shares SET source_backup_id = @backupId WHERE id = @id", new { id, backupId });

    /// <summary>Removes the row and its export locations.</summary>
    public Task RemoveAsync(string id) => session.ExecuteAsync("DELETE FROM shares WHERE id = @id", new { id });

    private ListQuery Filter(string select, ShareFilter filter) =>
        Visible(new ListQuery(session.Dialect, select), filter)
            .Where("name = @name", "name", filter.Name)
            .Like("name", "nameLike", filter.NameLike)
            .Where("description = @description", "description", filter.Description)
            .Like("description", "descriptionLike", filter.DescriptionLike)
            .Where("status = @status", "status", filter.Status?.ToLowerInvariant())
            .Where("share_type_id = @shareTypeId", "shareTypeId", filter.ShareTypeId)
            .Where("snapshot_id = @snapshotId", "snapshotId", filter.SnapshotId)
            .Where("host = @host", "host", filter.Host)
            .Where("availability_zone = @zone", "zone", filter.AvailabilityZone)
            .Where(Exported("e.id = @locationId"), "locationId", filter.ExportLocationId)
            .Where(Exported("e.path = @locationPath"), "locationPath", filter.ExportLocationPath)
            .Has("metadata", "metadata", filter.Metadata)
            .Has("(SELECT extra_specs FROM share_types AS t WHERE t.id = share_type_id)", "specs", filter.ExtraSpecs)
            .Where(filter.InBin ? "scheduled_to_be_deleted_at IS NOT NULL" : "scheduled_to_be_deleted_at IS NULL");

    private static ListQuery Visible(ListQuery query, ShareFilter filter) =>
        filter is { ProjectId: { } projectId, OrPublic: true }
            ? query.Either("project_id = @projectId", "is_public AND project_id <> @projectId", "projectId", projectId)
            : query.Where("project_id = @projectId", "projectId", filter.ProjectId);

    /// <summary>The path and those of the directories above it, up to the root.</summary>
    private static IEnumerable<string> Above(string path)
    {
        yield return path;
        for (int slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
        {
            yield return path[..slash];
        }
    }

    private static string Exported(string condition) =>
        $"EXISTS (SELECT 1 FROM export_locations AS e WHERE e.share_id = shares.id AND {condition})";
}

public static class ShareRowsExtension
{
    extension(ICatalogSession session)
    {
        public ShareRows Shares => new(session);
    }
}
