namespace Holdfast.Core.Catalog;

/// <summary>Something that must be answerable for later: who did what to what.</summary>
public sealed record AuditEntry
{
    public required DateTimeOffset At { get; init; }

    /// <summary>A user id, or <c>host:</c> and the name of whoever ran a verb on the host.</summary>
    public required string Actor { get; init; }
    public required string Action { get; init; }
    public string? ProjectId { get; init; }
    public string? ObjectId { get; init; }
}

public sealed class AuditRows(ICatalogSession session)
{
    public Task AddAsync(AuditEntry entry) =>
        session.ExecuteAsync(
            """
            INSERT INTO audit (at, actor, action, project_id, object_id)
            VALUES (@At, @Actor, @Action, @ProjectId, @ObjectId)
            """,
            entry
        );

    /// <summary>All entries, oldest first.</summary>
    public Task<IReadOnlyList<AuditEntry>> ListAsync() =>
        session.QueryAsync<AuditEntry>("SELECT at, actor, action, project_id, object_id FROM audit ORDER BY id");
}

public static class AuditRowsExtension
{
    extension(ICatalogSession session)
    {
        public AuditRows Audit => new(session);
    }
}
