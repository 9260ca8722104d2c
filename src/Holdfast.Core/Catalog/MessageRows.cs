using Holdfast.Core.Model;

namespace Holdfast.Core.Catalog;

/// <summary>Conditions of a list of messages, all exact; null does not filter.</summary>
public sealed record MessageFilter
{
    public string? ProjectId { get; init; }
    public string? RequestId { get; init; }
    public string? ResourceType { get; init; }
    public string? ResourceId { get; init; }
    public string? ActionId { get; init; }
    public string? DetailId { get; init; }
    public string? MessageLevel { get; init; }

    /// <summary>That moment included.</summary>
    public DateTimeOffset? CreatedSince { get; init; }

    /// <summary>That moment included.</summary>
    public DateTimeOffset? CreatedBefore { get; init; }
}

public sealed class MessageRows(ICatalogSession session)
{
    private const string Select = """
        SELECT id, project_id, request_id, action_id, detail_id, message_level, resource_type, resource_id, user_message,
            created_at, expires_at
        FROM messages
        """;

    public Task<Message?> FindAsync(string id) => session.FindAsync<Message>(Select + " WHERE id = @id", new { id });

    public Task<IReadOnlyList<Message>> ListAsync(MessageFilter filter, RowOrder<Message> order)
    {
        ListQuery query = new ListQuery(session.Dialect, Select)
            .Where("project_id = @projectId", "projectId", filter.ProjectId)
            .Where("request_id = @requestId", "requestId", filter.RequestId)
            .Where("resource_type = @resourceType", "resourceType", filter.ResourceType)
            .Where("resource_id = @resourceId", "resourceId", filter.ResourceId)
            .Where("action_id = @actionId", "actionId", filter.ActionId)
            .Where("detail_id = @detailId", "detailId", filter.DetailId)
            .Where("message_level = @messageLevel", "messageLevel", filter.MessageLevel)
            .Where("created_at >= @createdSince", "createdSince", filter.CreatedSince)
            .Where("created_at <= @createdBefore", "createdBefore", filter.CreatedBefore);
        return session.QueryAsync<Message>(query.Build(order), query.Parameters);
    }

    public Task AddAsync(Message message) =>
        session.ExecuteAsync(
            """
            INSERT INTO messages (id, project_id, request_id, action_id, detail_id, message_level, resource_type,
                resource_id, user_message, created_at, expires_at)
            VALUES (@Id, @ProjectId, @RequestId, @ActionId, @DetailId, @MessageLevel, @ResourceType,
                @ResourceId, @UserMessage, @CreatedAt, @ExpiresAt)
            """,
            message
        );

    /// <summary>Whether the same was said of the same resource for the same request.</summary>
    public async Task<bool> AnyLikeAsync(Message message) =>
        await session.ScalarAsync<int>(
            """
            SELECT count(*) FROM messages
            WHERE resource_id = @ResourceId AND project_id = @ProjectId AND request_id = @RequestId
                AND detail_id = @DetailId AND user_message = @UserMessage
            """,
            message
        ) > 0;

    public async Task<bool> RemoveAsync(string id) =>
        await session.ExecuteAsync("DELETE FROM messages WHERE id = @id", new { id }) == 1;

    public Task<int> RemoveExpiredAsync(DateTimeOffset now) =>
        session.ExecuteAsync("DELETE FROM messages WHERE expires_at < @now", new { now });
}

public static class MessageRowsExtension
{
    extension(ICatalogSession session)
    {
        public MessageRows Messages => new(session);
    }
}
