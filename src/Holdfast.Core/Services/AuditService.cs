using Holdfast.Core.Access;
using Holdfast.Core.Access.Policies;
using Holdfast.Core.Catalog;

namespace Holdfast.Core.Services;

/// <summary>Filters of the list and of the export; null does not filter. Texts are exact.</summary>
public sealed record AuditQuery
{
    public string? Action { get; init; }
    public string? BackupId { get; init; }
    public string? ObjectId { get; init; }

    /// <summary>At that time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Before that time.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Administrators only; refused to others.</summary>
    public bool AllProjects { get; init; }
}

/// <summary>A place in the list of audit entries.</summary>
public sealed record AuditPlace(DateTimeOffset At, long Id);

/// <summary>
/// The use cases of the audit trail: a project reads its own, in which stands what others did with what it has given them.
/// </summary>
public sealed class AuditService(ICatalog catalog, Policy policy)
{
    private static readonly SortColumn<AuditEntry> ByTime = new("at", row => row.At);

    /// <summary>Newest first.</summary>
    /// <param name="limit">At least 1.</param>
    /// <param name="after">Only what stands behind this entry in the list.</param>
    public async Task<RowList<AuditEntry>> ListAsync(
        Caller caller,
        AuditQuery query,
        int limit,
        AuditPlace? after,
        CancellationToken cancellationToken
    )
    {
        AuditFilter filter = FilterOf(caller, query);
        RowOrder<AuditEntry> order = new(
            ByTime,
            Descending: true,
            after is null ? null : new RowPlace(after.At, after.Id)
        );
        return await catalog.ReadAsync(
            session => order.PageAsync(limit, page => session.Audit.ListAsync(filter, page)),
            cancellationToken
        );
    }

    /// <summary>All of them, oldest first, streamed; errors of the query are thrown before the first row.</summary>
    public Task<IAsyncEnumerable<AuditEntry>> ExportAsync(
        Caller caller,
        AuditQuery query,
        CancellationToken cancellationToken
    )
    {
        AuditFilter filter = FilterOf(caller, query);
        return RowStream.OpenAsync(
            new RowOrder<AuditEntry>(ByTime, Descending: false),
            row => row.Id,
            part => catalog.ReadAsync(session => session.Audit.ListAsync(filter, part), cancellationToken)
        );
    }

    /// <summary>Permission alone, for the endpoints that must refuse before they read the query.</summary>
    public void Require(Caller caller, string rule) => policy.Require(caller, rule);

    private AuditFilter FilterOf(Caller caller, AuditQuery query)
    {
        Require(caller, "audit:get_all");
        if (query.AllProjects)
        {
            Require(caller, "audit:get_all_project");
        }
        return new AuditFilter
        {
            ProjectId = query.AllProjects ? null : caller.ProjectId,
            Action = query.Action,
            BackupId = query.BackupId,
            ObjectId = query.ObjectId,
            From = query.From,
            To = query.To,
        };
    }
}
