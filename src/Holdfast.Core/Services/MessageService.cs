using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>Filters of the list, all exact; null does not filter.</summary>
public sealed record MessageQuery
{
    public string? RequestId { get; init; }
    public string? ResourceType { get; init; }
    public string? ResourceId { get; init; }
    public string? ActionId { get; init; }
    public string? DetailId { get; init; }
    public string? MessageLevel { get; init; }
    public DateTimeOffset? CreatedSince { get; init; }
    public DateTimeOffset? CreatedBefore { get; init; }
    public Page Page { get; init; } = new();
}

/// <summary>The use cases of user messages. They are written by operations; here they are read and put away.</summary>
public sealed class MessageService(ICatalog catalog, Policy policy)
{
    /// <summary>The rows, streamed; errors of the query are thrown before the first row. Administrators see all projects'.</summary>
    public async Task<IAsyncEnumerable<Message>> ListAsync(
        Caller caller,
        MessageQuery query,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "message:get_all");
        RowOrder<Message> order = SortKeys.Messages(query.Page);
        MessageFilter filter = new()
        {
            ProjectId = caller.IsAdmin ? null : caller.ProjectId,
            RequestId = query.RequestId,
            ResourceType = query.ResourceType,
            ResourceId = query.ResourceId,
            ActionId = query.ActionId,
            DetailId = query.DetailId,
            MessageLevel = query.MessageLevel,
            CreatedSince = query.CreatedSince,
            CreatedBefore = query.CreatedBefore,
        };
        Message? marker = query.Page.Marker is { } id
            ? await catalog.ReadAsync(session => FindAsync(session, caller, id), cancellationToken)
            : null;
        return await RowStream.OpenAsync(
            order with
            {
                After = marker is null ? null : new RowPlace(order.Column.Value(marker), marker.Id),
            },
            row => row.Id,
            part => catalog.ReadAsync(session => session.Messages.ListAsync(filter, part), cancellationToken)
        );
    }

    public async Task<Message> GetAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "message:get");
        return await catalog.ReadAsync(session => FindAsync(session, caller, id), cancellationToken)
            ?? throw NoMessage(id);
    }

    public Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "message:delete");
        return catalog.WriteAsync(
            async session =>
            {
                if (await FindAsync(session, caller, id) is null || !await session.Messages.RemoveAsync(id))
                {
                    throw NoMessage(id);
                }
            },
            cancellationToken
        );
    }

    /// <summary>Permission alone, for the endpoints that must refuse before they read the query.</summary>
    public void Require(Caller caller, string rule) => policy.Require(caller, rule);

    private static async Task<Message?> FindAsync(ICatalogSession session, Caller caller, string id) =>
        await session.Messages.FindAsync(id) is { } message && (caller.IsAdmin || message.ProjectId == caller.ProjectId)
            ? message
            : null;

    private static ServiceError NoMessage(string id) => ServiceError.NotFound($"Message {id} could not be found.");
}
