using Holdfast.Core.Model;

namespace Holdfast.Core.Catalog;

/// <summary>Conditions of a list of volumes, all exact; null does not filter.</summary>
public sealed record VolumeFilter
{
    public string? ProjectId { get; init; }
    public string? Name { get; init; }
    public string? Status { get; init; }
}

public sealed class VolumeRows(ICatalogSession session)
{
    private const string Select = """
        SELECT id, project_id, user_id, name, description, size, bytes, status, kind, availability_zone, root, path, adopted,
            host, source_backup_id, created_at, updated_at
        FROM volumes
        """;

    /// <summary>Whoever has a volume.</summary>
    public Task<IReadOnlyList<string>> ProjectsAsync() =>
        session.QueryAsync<string>("SELECT DISTINCT project_id FROM volumes ORDER BY project_id");

    public Task<Volume?> FindAsync(string id) => session.FindAsync<Volume>(Select + " WHERE id = @id", new { id });

    public Task<IReadOnlyList<Volume>> ListAsync(VolumeFilter filter, RowOrder<Volume> order)
    {
        ListQuery query = new ListQuery(session.Dialect, Select)
            .Where("project_id = @projectId", "projectId", filter.ProjectId)
            .Where("name = @name", "name", filter.Name)
            .Where("status = @status", "status", filter.Status);
        return session.QueryAsync<Volume>(query.Build(order), query.Parameters);
    }

    /// <summary>All volumes that lie beneath the root, of every project.</summary>
    public Task<IReadOnlyList<Volume>> OfRootAsync(string root) =>
        session.QueryAsync<Volume>(Select + " WHERE root = @root", new { root });

    /// <summary>The project's, and others' that it has backups of.</summary>
    public Task<IReadOnlyList<Volume>> KnownToAsync(string projectId) =>
        session.QueryAsync<Volume>(
            Select
                + " WHERE project_id = @projectId OR id IN "
                + "(SELECT volume_id FROM backups WHERE project_id = @projectId AND volume_id IS NOT NULL)"
                + " ORDER BY created_at, id",
            new { projectId }
        );

    public Task AddAsync(Volume volume) =>
        session.ExecuteAsync(
            """
            INSERT INTO volumes (id, project_id, user_id, name, description, size, bytes, status, kind, availability_zone,
                root, path, adopted, host, source_backup_id, created_at, updated_at)
            VALUES (@Id, @ProjectId, @UserId, @Name, @Description, @Size, @Bytes, @Status, @Kind, @AvailabilityZone,
                @Root, @Path, @Adopted, @Host, @SourceBackupId, @CreatedAt, @UpdatedAt)
            """,
            volume
        );

    /// <summary>Compare-and-set of the status; <paramref name="from"/> null sets it whatever it was.</summary>
    /// <returns>False, and nothing changed, when the volume is gone or its status another.</returns>
    public async Task<bool> SetStatusAsync(string id, string? from, string to, DateTimeOffset now) =>
        await session.ExecuteAsync(
            "UPDATE volumes SET status = @to, updated_at = @now WHERE id = @id AND (@from IS NULL OR status = @from)",
            new
            {
                id,
                from,
                to,
                now,
            }
        ) == 1;

    public Task SetTextsAsync(Volume volume) =>
        session.ExecuteAsync(
            "UPDATE volumes SET name = @Name, description = @Description, updated_at = @UpdatedAt WHERE id = @Id",
            volume
        );

    /// <summary>Which node has made it, and how many bytes it got.</summary>
    public Task SetMadeAsync(string id, string host, long bytes) =>
        session.ExecuteAsync(
            "UPDATE volumes SET host = @host, bytes = @bytes WHERE id = @id",
            new
            {
                id,
                host,
                bytes,
            }
        );

    /// <summary>How many bytes one has that was there before: whoever else uses it may have given it another size.</summary>
    public Task SetAdoptedBytesAsync(string id, long bytes) =>
        session.ExecuteAsync(
            "UPDATE volumes SET bytes = @bytes, size = @size WHERE id = @id AND adopted AND bytes <> @bytes",
            new
            {
                id,
                bytes,
                size = Volume.Gibibytes(bytes),
            }
        );

    /// <summary>How many volumes of the project were not there before, and their sizes' sum in GiB.</summary>
    public async Task<(int Count, long Gibibytes)> SumMadeAsync(string projectId)
    {
        const string made = "FROM volumes WHERE project_id = @projectId AND NOT adopted";
        return (
            await session.ScalarAsync<int>($"SELECT count(*) {made}", new { projectId }),
            await session.ScalarAsync<long>($"SELECT coalesce(sum(size), 0) {made}", new { projectId })
        );
    }

    public Task SetSourceBackupAsync(string id, string backupId) =>
        session.ExecuteAsync("UPDATE volumes SET source_backup_id = @backupId WHERE id = @id", new { id, backupId });

    public Task RemoveAsync(string id) => session.ExecuteAsync("DELETE FROM volumes WHERE id = @id", new { id });
}

public static class VolumeRowsExtension
{
    extension(ICatalogSession session)
    {
        public VolumeRows Volumes => new(session);
    }
}
