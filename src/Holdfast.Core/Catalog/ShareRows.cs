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
    public string? DescriptionLike { get; init; }
    public string? Status { get; init; }
    public string? ShareTypeId { get; init; }
}

public sealed class ShareRows(ICatalogSession session)
{
    private const string Select = """
        SELECT id, project_id, user_id, name, description, size, status, task_state, protocol, share_type_id, is_public,
            availability_zone, root, path, adopted, host, metadata, source_backup_id, created_at, updated_at,
            (SELECT name FROM share_types AS t WHERE t.id = share_type_id) AS share_type_name
        FROM shares
        """;

    public Task<Share?> FindAsync(string id) => session.FindAsync<Share>(Select + " WHERE id = @id", new { id });

    public Task<IReadOnlyList<Share>> ListAsync(ShareFilter filter, RowOrder<Share> order)
    {
        ListQuery query = new ListQuery(Select)
            .Where(
                filter.OrPublic ? "(project_id = @projectId OR is_public)" : "project_id = @projectId",
                "projectId",
                filter.ProjectId
            )
            .Where("name = @name", "name", filter.Name)
            .Like("name", "nameLike", filter.NameLike)
            .Like("description", "descriptionLike", filter.DescriptionLike)
            .Where("status = @status", "status", filter.Status?.ToLowerInvariant())
            .Where("share_type_id = @shareTypeId", "shareTypeId", filter.ShareTypeId);
        return session.QueryAsync<Share>(query.Build(order), query.Parameters);
    }

    /// <summary>Where every share of every project lies: what a new one must keep apart from.</summary>
    public Task<IReadOnlyList<SharePlace>> PlacesAsync() =>
        session.QueryAsync<SharePlace>("SELECT root, path FROM shares");

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
                created_at, updated_at)
            VALUES (@Id, @ProjectId, @UserId, @Name, @Description, @Size, @Status, @TaskState, @Protocol,
                @ShareTypeId, @IsPublic, @AvailabilityZone, @Root, @Path, @Adopted, @Host, @Metadata, @SourceBackupId,
                @CreatedAt, @UpdatedAt)
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

    public Task SetHostAsync(string id, string host) =>
        session.ExecuteAsync("UPDATE shares SET host = @host WHERE id = @id", new { id, host });

    /// <summary>Which backup is being restored into the share; kept when that has ended.</summary>
    public Task SetSourceBackupAsync(string id, string backupId) =>
        session.ExecuteAsync("UPDATE shares SET source_backup_id = @backupId WHERE id = @id", new { id, backupId });

    /// <summary>Removes the row and its export locations.</summary>
    public Task RemoveAsync(string id) => session.ExecuteAsync("DELETE FROM shares WHERE id = @id", new { id });
}

public static class ShareRowsExtension
{
    extension(ICatalogSession session)
    {
        public ShareRows Shares => new(session);
    }
}
