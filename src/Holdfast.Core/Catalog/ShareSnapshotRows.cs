using Holdfast.Core.Model;

namespace Holdfast.Core.Catalog;

/// <summary>Conditions of a list of share snapshots; null does not filter. Texts are exact but the <c>Like</c> ones.</summary>
public sealed record ShareSnapshotFilter
{
    public string? ProjectId { get; init; }
    public string? Name { get; init; }
    public string? NameLike { get; init; }
    public string? Description { get; init; }
    public string? DescriptionLike { get; init; }

    /// <summary>Without case.</summary>
    public string? Status { get; init; }
    public string? ShareId { get; init; }
    public long? Size { get; init; }

    /// <summary>All of these, among others.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}

public sealed class ShareSnapshotRows(ICatalogSession session)
{
    private const string Columns = """
        id, project_id, user_id, share_id, name, description, size, status, protocol, metadata, root, capture, created_at,
            updated_at
        """;
    private const string Select = $"SELECT {Columns} FROM share_snapshots";

    public Task<ShareSnapshot?> FindAsync(string id) =>
        session.FindAsync<ShareSnapshot>(Select + " WHERE id = @id", new { id });

    public Task<IReadOnlyList<ShareSnapshot>> ListAsync(ShareSnapshotFilter filter, RowOrder<ShareSnapshot> order)
    {
        ListQuery query = Query(Select, filter);
        return session.QueryAsync<ShareSnapshot>(query.Build(order), query.Parameters);
    }

    /// <summary>How many the filter finds on all pages.</summary>
    public async Task<long> CountAsync(ShareSnapshotFilter filter)
    {
        ListQuery query = Query("SELECT count(*) FROM share_snapshots", filter);
        return await session.ScalarAsync<long>(query.BuildAll(), query.Parameters);
    }

    public Task AddAsync(ShareSnapshot snapshot) =>
        session.ExecuteAsync(
            $"""
            INSERT INTO share_snapshots ({Columns})
            VALUES (@Id, @ProjectId, @UserId, @ShareId, @Name, @Description, @Size, @Status, @Protocol, @Metadata, @Root,
                @Capture, @CreatedAt, @UpdatedAt)
            """,
            snapshot
        );

    /// <summary>Compare-and-set of the status; <paramref name="from"/> null sets it whatever it was.</summary>
    /// <returns>False, and nothing changed, when the snapshot is gone or its status another.</returns>
    public async Task<bool> SetStatusAsync(string id, string? from, string to, DateTimeOffset now) =>
        await session.ExecuteAsync(
            """
            UPDATE share_snapshots SET status = @to, updated_at = @now
            WHERE id = @id AND (@from IS NULL OR status = @from)
            """,
            new
            {
                id,
                from,
                to,
                now,
            }
        ) == 1;

    /// <param name="capture">How it was taken.</param>
    public Task SetCaptureAsync(string id, string capture) =>
        session.ExecuteAsync("UPDATE share_snapshots SET capture = @capture WHERE id = @id", new { id, capture });

    public Task SetTextsAsync(string id, string? name, string? description, DateTimeOffset now) =>
        session.ExecuteAsync(
            "UPDATE share_snapshots SET name = @name, description = @description, updated_at = @now WHERE id = @id",
            new
            {
                id,
                name,
                description,
                now,
            }
        );

    public Task SetMetadataAsync(string id, IReadOnlyDictionary<string, string> metadata) =>
        session.ExecuteAsync("UPDATE share_snapshots SET metadata = @metadata WHERE id = @id", new { id, metadata });

    public Task RemoveAsync(string id) =>
        session.ExecuteAsync("DELETE FROM share_snapshots WHERE id = @id", new { id });

    /// <summary>How many snapshots the share has, of any status and any project.</summary>
    public Task<int> CountOfShareAsync(string shareId) =>
        session.ScalarAsync<int>("SELECT count(*) FROM share_snapshots WHERE share_id = @shareId", new { shareId });

    private ListQuery Query(string select, ShareSnapshotFilter filter) =>
        new ListQuery(session.Dialect, select)
            .Where("project_id = @projectId", "projectId", filter.ProjectId)
            .Where("name = @name", "name", filter.Name)
            .Like("name", "nameLike", filter.NameLike)
            .Where("description = @description", "description", filter.Description)
            .Like("description", "descriptionLike", filter.DescriptionLike)
            .Where("status = @status", "status", filter.Status?.ToLowerInvariant())
            .Where("share_id = @shareId", "shareId", filter.ShareId)
            .Where("size = @size", "size", filter.Size)
            .Has("metadata", "metadata", filter.Metadata);
}

public static class ShareSnapshotRowsExtension
{
    extension(ICatalogSession session)
    {
        public ShareSnapshotRows ShareSnapshots => new(session);
    }
}
