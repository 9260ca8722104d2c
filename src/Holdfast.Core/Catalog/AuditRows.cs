namespace Holdfast.Core.Catalog;

/// <summary>Something that must be answerable for later: who did what to what.</summary>
public sealed record AuditEntry
{
    public long Id { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>A user id, or <c>host:</c> and the name of whoever ran a verb on the host, or <c>service</c>.</summary>
    public required string Actor { get; init; }

    /// <summary>The project that the actor's token was of.</summary>
    public string? ActorProjectId { get; init; }
    public required string Action { get; init; }

    /// <summary>Whose trail it is in: that project's readers may read it.</summary>
    public string? ProjectId { get; init; }
    public string? ObjectId { get; init; }

    /// <summary>The backup that it was about.</summary>
    public string? BackupId { get; init; }

    /// <summary>Where the request came from.</summary>
    public string? Address { get; init; }
    public string? RequestId { get; init; }

    /// <summary>What else there is to say, as a JSON object.</summary>
    public string? Details { get; init; }
}

/// <summary>Conditions of a list of audit entries; null does not filter. Texts are exact.</summary>
public sealed record AuditFilter
{
    public string? ProjectId { get; init; }
    public string? Action { get; init; }
    public string? ObjectId { get; init; }
    public string? BackupId { get; init; }

    /// <summary>At that time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Before that time.</summary>
    public DateTimeOffset? To { get; init; }
}

public sealed class AuditRows(ICatalogSession session)
{
    private const string Select = """
        SELECT id, at, actor, actor_project_id, action, project_id, object_id, backup_id, address, request_id, details
        FROM audit
        """;

    public Task AddAsync(AuditEntry entry) =>
        session.ExecuteAsync(
            """
            INSERT INTO audit (at, actor, actor_project_id, action, project_id, object_id, backup_id, address, request_id, details)
            VALUES (@At, @Actor, @ActorProjectId, @Action, @ProjectId, @ObjectId, @BackupId, @Address, @RequestId, @Details)
            """,
            entry
        );

    /// <returns>Those of the objects to which the actor did it at that time or later, some perhaps more than once.</returns>
    public Task<IReadOnlyList<string>> ObjectsSinceAsync(
        IReadOnlyList<string> objectIds,
        string action,
        string actor,
        DateTimeOffset since
    ) =>
        session.QueryAsync<string>(
            """
            SELECT object_id FROM audit
            WHERE object_id IN @objectIds AND action = @action AND actor = @actor AND at >= @since
            """,
            new
            {
                objectIds = objectIds.ToArray(),
                action,
                actor,
                since,
            }
        );

    public Task<IReadOnlyList<AuditEntry>> ListAsync(AuditFilter filter, RowOrder<AuditEntry> order)
    {
        ListQuery query = new ListQuery(session.Dialect, Select)
            .Where("project_id = @projectId", "projectId", filter.ProjectId)
            .Where("action = @action", "action", filter.Action)
            .Where("object_id = @objectId", "objectId", filter.ObjectId)
            .Where("backup_id = @backupId", "backupId", filter.BackupId)
            .Where("at >= @from", "from", filter.From)
            .Where("at < @to", "to", filter.To);
        return session.QueryAsync<AuditEntry>(query.Build(order), query.Parameters);
    }
}

public static class AuditRowsExtension
{
    extension(ICatalogSession session)
    {
        public AuditRows Audit => new(session);
    }
}
