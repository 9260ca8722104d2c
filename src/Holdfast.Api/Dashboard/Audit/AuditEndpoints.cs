using Holdfast.Api.Dashboard.Layout;
using Holdfast.Api.Native;
using Holdfast.Api.Native.Audit;
using Holdfast.Core.Catalog;
using Holdfast.Core.Services;
using NativeAudit = Holdfast.Api.Native.Audit.AuditEndpoints;

namespace Holdfast.Api.Dashboard.Audit;

public sealed record AuditModel(
    IReadOnlyList<AuditEntry> Entries,
    string? Action,
    bool AllProjects,
    string Export,
    string? Next
);

/// <summary>Who did what, to read and to take away.</summary>
internal static class AuditEndpoints
{
    private const int PageSize = 100;

    public static readonly DashboardRoute[] Routes =
    [
        new DashboardRoute("audit").Get(ListAsync),
        new DashboardRoute("audit/export").Get(NativeAudit.ExportAsync),
    ];

    private static async Task ListAsync(DashboardRequest request)
    {
        AuditQuery query = NativeAudit.Query(request) with { Action = request.Asked("action") };
        RowList<AuditEntry> list = await request
            .Service<AuditService>()
            .ListAsync(request.Caller, query, PageSize, NativeAudit.Place(request), request.Aborted);
        await request.PageAsync<AuditPage, AuditModel>(
            Section.Audit,
            Section.Audit,
            new AuditModel(
                list.Rows,
                query.Action,
                query.AllProjects,
                $"{DashboardRoutes.Base}/audit/export{(query.AllProjects ? "?all_projects=true" : "")}",
                list.More ? request.Behind(Cursor.Of(list.Rows[^1].At, AuditView.Id(list.Rows[^1]))) : null
            )
        );
    }
}
