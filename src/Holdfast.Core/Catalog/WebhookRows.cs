using Holdfast.Core.Model;

namespace Holdfast.Core.Catalog;

/// <summary>Conditions of a list of webhooks, all exact; null does not filter.</summary>
public sealed record WebhookFilter
{
    public string? ProjectId { get; init; }
}

public sealed class WebhookRows(ICatalogSession session)
{
    private const string Columns = """
        w.id, w.project_id, w.user_id, w.url, w.events, w.enabled, w.any_host, w.sealed_secret, w.failures, w.not_before,
        w.delivered_at, w.problem, w.created_at, w.updated_at
        """;

    private const string Select = $"SELECT {Columns} FROM webhooks AS w";

    public Task<Webhook?> FindAsync(string id) => session.FindAsync<Webhook>(Select + " WHERE w.id = @id", new { id });

    public Task<IReadOnlyList<Webhook>> ListAsync(WebhookFilter filter, RowOrder<Webhook> order)
    {
        ListQuery query = new ListQuery(session.Dialect, Select).Where(
            "project_id = @projectId",
            "projectId",
            filter.ProjectId
        );
        return session.QueryAsync<Webhook>(query.Build(order), query.Parameters);
    }

    public Task<IReadOnlyList<Webhook>> AllAsync() => session.QueryAsync<Webhook>(Select + " ORDER BY w.id");

    public Task<int> CountOfProjectAsync(string? projectId) =>
        session.ScalarAsync<int>(
            projectId is null
                ? "SELECT count(*) FROM webhooks WHERE project_id IS NULL"
                : "SELECT count(*) FROM webhooks WHERE project_id = @projectId",
            new { projectId }
        );

    /// <summary>Those that are told of the project's events, if they want them.</summary>
    public Task<IReadOnlyList<Webhook>> ListeningAsync(string projectId) =>
        session.QueryAsync<Webhook>(
            Select + " WHERE w.enabled AND (w.project_id = @projectId OR w.project_id IS NULL)",
            new { projectId }
        );

    public Task AddAsync(Webhook webhook) =>
        session.ExecuteAsync(
            """
            INSERT INTO webhooks (id, project_id, user_id, url, events, enabled, any_host, sealed_secret, failures,
                not_before, delivered_at, problem, created_at, updated_at)
            VALUES (@Id, @ProjectId, @UserId, @Url, @Events, @Enabled, @AnyHost, @SealedSecret, @Failures, @NotBefore,
                @DeliveredAt, @Problem, @CreatedAt, @UpdatedAt)
            """,
            webhook
        );

    /// <summary>What its owner can change; the target counts as there until it is tried.</summary>
    public Task SetAsync(Webhook changed) =>
        session.ExecuteAsync(
            """
            UPDATE webhooks SET url = @Url, events = @Events, enabled = @Enabled, any_host = @AnyHost, failures = 0,
                not_before = NULL, updated_at = @UpdatedAt
            WHERE id = @Id
            """,
            changed
        );

    /// <summary>The same secret, sealed by another master key.</summary>
    public Task ResealAsync(string id, byte[] closed) =>
        session.ExecuteAsync("UPDATE webhooks SET sealed_secret = @closed WHERE id = @id", new { id, closed });

    /// <summary>With all that is on its way to it.</summary>
    public Task RemoveAsync(string id) => session.ExecuteAsync("DELETE FROM webhooks WHERE id = @id", new { id });

    public Task QueueAsync(WebhookDelivery delivery) =>
        session.ExecuteAsync(
            """
            INSERT INTO webhook_deliveries (webhook_id, event_id, body, attempts, not_before, created_at)
            VALUES (@WebhookId, @EventId, @Body, @Attempts, @NotBefore, @CreatedAt)
            """,
            delivery
        );

    /// <summary>Those that something can be sent to now.</summary>
    public Task<IReadOnlyList<Webhook>> DueAsync(DateTimeOffset now) =>
        session.QueryAsync<Webhook>(
            Select
                + """
                 WHERE w.enabled AND (w.not_before IS NULL OR w.not_before <= @now) AND EXISTS (
                    SELECT 1 FROM webhook_deliveries AS d
                    WHERE d.webhook_id = w.id AND (d.not_before IS NULL OR d.not_before <= @now)
                )
                """,
            new { now }
        );

    /// <summary>What is to be sent next: the oldest, of what has been refused least often.</summary>
    public Task<WebhookDelivery?> NextAsync(string webhookId, DateTimeOffset now) =>
        session.FindAsync<WebhookDelivery>(
            """
            SELECT d.webhook_id, d.event_id, d.body, d.attempts, d.not_before, d.created_at
            FROM webhook_deliveries AS d JOIN webhooks AS w ON w.id = d.webhook_id
            WHERE d.webhook_id = @webhookId AND w.enabled AND (d.not_before IS NULL OR d.not_before <= @now)
            ORDER BY d.attempts, d.created_at, d.event_id LIMIT 1
            """,
            new { webhookId, now }
        );

    /// <summary>It has arrived.</summary>
    public async Task DeliveredAsync(WebhookDelivery delivery, DateTimeOffset now)
    {
        await session.ExecuteAsync(
            "DELETE FROM webhook_deliveries WHERE webhook_id = @WebhookId AND event_id = @EventId",
            delivery
        );
        await session.ExecuteAsync(
            "UPDATE webhooks SET failures = 0, not_before = NULL, problem = NULL, delivered_at = @now WHERE id = @id",
            new { id = delivery.WebhookId, now }
        );
    }

    /// <summary>The target is there and does not want this one: others need not wait for it.</summary>
    public async Task RefusedAsync(WebhookDelivery delivery, string problem, DateTimeOffset notBefore)
    {
        await session.ExecuteAsync(
            """
            UPDATE webhook_deliveries SET attempts = attempts + 1, not_before = @notBefore
            WHERE webhook_id = @WebhookId AND event_id = @EventId
            """,
            new
            {
                delivery.WebhookId,
                delivery.EventId,
                notBefore,
            }
        );
        await session.ExecuteAsync(
            "UPDATE webhooks SET failures = 0, not_before = NULL, problem = @problem WHERE id = @id",
            new { id = delivery.WebhookId, problem }
        );
    }

    /// <summary>The target is not there: all wait.</summary>
    public Task AwayAsync(string id, string problem, DateTimeOffset notBefore) =>
        session.ExecuteAsync(
            "UPDATE webhooks SET failures = failures + 1, not_before = @notBefore, problem = @problem WHERE id = @id",
            new
            {
                id,
                problem,
                notBefore,
            }
        );

    /// <summary>Gives up what has not arrived since.</summary>
    /// <returns>How many.</returns>
    public Task<int> DropAsync(DateTimeOffset before) =>
        session.ExecuteAsync("DELETE FROM webhook_deliveries WHERE created_at < @before", new { before });

    public Task<bool> AnyOlderAsync(DateTimeOffset before) =>
        session.ScalarAsync<bool>(
            "SELECT EXISTS (SELECT 1 FROM webhook_deliveries WHERE created_at < @before)",
            new { before }
        );

    public Task<long> CountWaitingAsync() => session.ScalarAsync<long>("SELECT count(*) FROM webhook_deliveries");
}

public static class WebhookRowsExtension
{
    extension(ICatalogSession session)
    {
        public WebhookRows Webhooks => new(session);
    }
}
