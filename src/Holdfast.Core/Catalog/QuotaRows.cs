using Holdfast.Core.Model;

namespace Holdfast.Core.Catalog;

/// <summary>Rows that quotas count, by number and by size.</summary>
/// <param name="OfType">The condition that a row is of the share type <c>@ShareTypeId</c>.</param>
public sealed record QuotaTable(string Name, string Count, string Size, string OfType)
{
    // Of each row that is counted anyway: a list of the type's shares would be of every project's.
    private const string OfTheShare =
        "EXISTS (SELECT 1 FROM shares AS s WHERE s.id = share_id AND s.share_type_id = @ShareTypeId)";

    public static readonly QuotaTable Shares = new(
        "shares",
        QuotaResource.Shares,
        QuotaResource.Gigabytes,
        "share_type_id = @ShareTypeId"
    );

    public static readonly QuotaTable Backups = new(
        "backups",
        QuotaResource.Backups,
        QuotaResource.BackupGigabytes,
        OfTheShare
    );

    public static readonly QuotaTable Snapshots = new(
        "share_snapshots",
        QuotaResource.Snapshots,
        QuotaResource.SnapshotGigabytes,
        OfTheShare
    );

    public static readonly IReadOnlyList<QuotaTable> All = [Shares, Snapshots, Backups];
}

/// <param name="Size">GiB.</param>
public sealed record QuotaUsage
{
    public long Count { get; init; }
    public long Size { get; init; }
}

/// <summary>A limit that an administrator has set. With a user or a share type it bounds their part of the project's use.</summary>
public sealed record QuotaLimit
{
    public string? UserId { get; init; }
    public string? ShareTypeId { get; init; }
    public required string Resource { get; init; }
    public int HardLimit { get; init; }
}

/// <summary>Limits are rows; use is counted from the resources' own rows, so there is nothing beside them that could drift.</summary>
public sealed class QuotaRows(ICatalogSession session)
{
    /// <summary>The class whose limits hold where a project has none of its own.</summary>
    public const string DefaultClass = "default";

    private const string InScope =
        "project_id = @ProjectId AND coalesce(user_id, '') = coalesce(@UserId, '') "
        + "AND coalesce(share_type_id, '') = coalesce(@ShareTypeId, '')";

    /// <summary>All limits of the project: its own, its users', its share types'.</summary>
    public Task<IReadOnlyList<QuotaLimit>> OfProjectAsync(string projectId) =>
        session.QueryAsync<QuotaLimit>(
            "SELECT user_id, share_type_id, resource, hard_limit FROM quotas WHERE project_id = @projectId",
            new { projectId }
        );

    public Task<IReadOnlyList<QuotaLimit>> OfClassAsync(string name) =>
        session.QueryAsync<QuotaLimit>(
            "SELECT resource, hard_limit FROM quota_classes WHERE name = @name",
            new { name }
        );

    public async Task<QuotaUsage> UsageAsync(QuotaTable table, QuotaScope scope) =>
        (
            await session.FindAsync<QuotaUsage>(
                $"SELECT count(*) AS count, coalesce(sum(size), 0) AS size FROM {table.Name} WHERE project_id = @ProjectId"
                    + (scope.UserId is null ? "" : " AND user_id = @UserId")
                    + (scope.ShareTypeId is null ? "" : $" AND {table.OfType}"),
                scope
            )
        )!;

    public Task SetAsync(QuotaScope scope, string resource, int limit) =>
        session.ExecuteAsync(
            """
            INSERT INTO quotas (project_id, user_id, share_type_id, resource, hard_limit)
            VALUES (@ProjectId, @UserId, @ShareTypeId, @resource, @limit)
            ON CONFLICT (project_id, coalesce(user_id, ''), coalesce(share_type_id, ''), resource)
            DO UPDATE SET hard_limit = excluded.hard_limit
            """,
            new
            {
                scope.ProjectId,
                scope.UserId,
                scope.ShareTypeId,
                resource,
                limit,
            }
        );

    public Task SetClassAsync(string name, string resource, int limit) =>
        session.ExecuteAsync(
            """
            INSERT INTO quota_classes (name, resource, hard_limit) VALUES (@name, @resource, @limit)
            ON CONFLICT (name, resource) DO UPDATE SET hard_limit = excluded.hard_limit
            """,
            new
            {
                name,
                resource,
                limit,
            }
        );

    /// <summary>The scope's own limits; those of the project's users and share types only with <see cref="RemoveProjectAsync"/>.</summary>
    public Task RemoveAsync(QuotaScope scope) => session.ExecuteAsync($"DELETE FROM quotas WHERE {InScope}", scope);

    public Task RemoveProjectAsync(string projectId) =>
        session.ExecuteAsync("DELETE FROM quotas WHERE project_id = @projectId", new { projectId });

    public Task RemoveUserAsync(string userId) =>
        session.ExecuteAsync("DELETE FROM quotas WHERE user_id = @userId", new { userId });
}

public static class QuotaRowsExtension
{
    extension(ICatalogSession session)
    {
        public QuotaRows Quotas => new(session);
    }
}
