namespace Holdfast.Core.Catalog;

/// <summary>The repository of a project: made with its first backup.</summary>
public sealed record ProjectRepository
{
    public required string ProjectId { get; init; }

    /// <summary>The id in the repository's config.</summary>
    public required string RepositoryId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its last prune ended; null before the first.</summary>
    public DateTimeOffset? PrunedAt { get; init; }

    /// <summary>Snapshots removed since then: without any, there is nothing to prune.</summary>
    public int FreedSnapshots { get; init; }

    /// <summary>When its last verification ended; null before the first.</summary>
    public DateTimeOffset? VerifiedAt { get; init; }

    /// <summary>
    /// What that leaves for the next, as <see cref="Model.Verification"/> writes it; it may be long, and only
    /// <see cref="RepositoryRows.WithVerificationAsync"/> reads it.
    /// </summary>
    public string? Verification { get; init; }

    /// <summary>What was there then has been read whole since, but for what is damaged; null until all has been read once.</summary>
    public DateTimeOffset? ProvenAt { get; init; }

    /// <summary>What its snapshots restored to together when it was last verified; null before the first.</summary>
    public long? LogicalBytes { get; init; }

    /// <summary>Of that what was there once, before it was compressed.</summary>
    public long? UniqueBytes { get; init; }

    /// <summary>What it took in the store.</summary>
    public long? StoredBytes { get; init; }

    /// <summary>Number of the last export object that was begun.</summary>
    public long ExportSequence { get; init; }
}

/// <summary>Bytes of repositories: see <see cref="ProjectRepository"/>.</summary>
public sealed record SpaceTaken
{
    public long LogicalBytes { get; init; }
    public long UniqueBytes { get; init; }
    public long StoredBytes { get; init; }
}

public sealed class RepositoryRows(ICatalogSession session)
{
    private const string Columns =
        "project_id, repository_id, created_at, pruned_at, freed_snapshots, verified_at, proven_at,"
        + " logical_bytes, unique_bytes, stored_bytes, export_sequence";
    private const string Select = $"SELECT {Columns} FROM repositories";

    public Task<IReadOnlyList<ProjectRepository>> ListAsync() =>
        session.QueryAsync<ProjectRepository>(Select + " ORDER BY project_id");

    public Task<ProjectRepository?> FindAsync(string projectId) =>
        session.FindAsync<ProjectRepository>(Select + " WHERE project_id = @projectId", new { projectId });

    /// <param name="projectId">Null: of all projects.</param>
    public Task<IReadOnlyList<ProjectRepository>> WithVerificationAsync(string? projectId = null) =>
        session.QueryAsync<ProjectRepository>(
            $"SELECT {Columns}, verification FROM repositories"
                + (projectId is null ? "" : " WHERE project_id = @projectId")
                + " ORDER BY project_id",
            new { projectId }
        );

    public Task AddAsync(string projectId, string repositoryId, DateTimeOffset now) =>
        session.ExecuteAsync(
            """
            INSERT INTO repositories (project_id, repository_id, created_at, freed_snapshots, export_sequence)
            VALUES (@projectId, @repositoryId, @now, 0, 0)
            ON CONFLICT (project_id) DO NOTHING
            """,
            new
            {
                projectId,
                repositoryId,
                now,
            }
        );

    public Task RemoveAsync(string projectId) =>
        session.ExecuteAsync("DELETE FROM repositories WHERE project_id = @projectId", new { projectId });

    public Task CountFreedAsync(string projectId) =>
        session.ExecuteAsync(
            "UPDATE repositories SET freed_snapshots = freed_snapshots + 1 WHERE project_id = @projectId",
            new { projectId }
        );

    /// <param name="freed">The count when the prune began; snapshots removed meanwhile stay counted.</param>
    public Task PrunedAsync(string projectId, int freed, DateTimeOffset now) =>
        session.ExecuteAsync(
            """
            UPDATE repositories SET pruned_at = @now, freed_snapshots = freed_snapshots - @freed
            WHERE project_id = @projectId
            """,
            new
            {
                projectId,
                freed,
                now,
            }
        );

    /// <summary>What it holds, as a verification has counted it.</summary>
    public Task MeasuredAsync(string projectId, long logicalBytes, long uniqueBytes, long storedBytes) =>
        session.ExecuteAsync(
            """
            UPDATE repositories SET logical_bytes = @logicalBytes, unique_bytes = @uniqueBytes, stored_bytes = @storedBytes
            WHERE project_id = @projectId
            """,
            new
            {
                projectId,
                logicalBytes,
                uniqueBytes,
                storedBytes,
            }
        );

    /// <summary>Of all repositories that were verified once.</summary>
    public async Task<SpaceTaken> SpaceAsync() =>
        await session.FindAsync<SpaceTaken>(
            """
            SELECT CAST(coalesce(sum(logical_bytes), 0) AS BIGINT) AS logical_bytes,
                CAST(coalesce(sum(unique_bytes), 0) AS BIGINT) AS unique_bytes,
                CAST(coalesce(sum(stored_bytes), 0) AS BIGINT) AS stored_bytes
            FROM repositories
            """
        ) ?? new SpaceTaken();

    /// <param name="verification">As <see cref="Model.Verification"/> writes it.</param>
    public Task VerifiedAsync(string projectId, string verification, DateTimeOffset? provenAt, DateTimeOffset now) =>
        session.ExecuteAsync(
            """
            UPDATE repositories SET verified_at = @now, verification = @verification, proven_at = @provenAt
            WHERE project_id = @projectId
            """,
            new
            {
                projectId,
                verification,
                provenAt,
                now,
            }
        );

    /// <param name="after">Higher than this, too: a number that was seen in the store.</param>
    /// <returns>The number of the export object to write next: never given twice.</returns>
    public async Task<long> NextExportAsync(string projectId, long after) =>
        await session.ScalarAsync<long>(
            """
            UPDATE repositories
            SET export_sequence = CASE WHEN export_sequence < @after THEN @after ELSE export_sequence END + 1
            WHERE project_id = @projectId
            RETURNING export_sequence
            """,
            new { projectId, after }
        );
}

public static class RepositoryRowsExtension
{
    extension(ICatalogSession session)
    {
        public RepositoryRows Repositories => new(session);
    }
}
