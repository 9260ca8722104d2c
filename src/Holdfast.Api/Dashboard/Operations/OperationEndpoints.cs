using Holdfast.Api.Dashboard.Layout;
using Holdfast.Api.Native;
using Holdfast.Api.Native.Operations;
using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Dashboard.Operations;

/// <param name="AllProjects">Those of all projects, for an administrator who asks for them.</param>
/// <param name="IsNewest">Whether what is asked for now would be the first of them.</param>
public sealed record OperationsModel(
    IReadOnlyList<Operation> Operations,
    string? Status,
    bool AllProjects,
    bool IsNewest,
    string? Next
);

/// <summary>What the service is at, as it goes.</summary>
internal static class OperationEndpoints
{
    private const int PageSize = 50;

    public static readonly DashboardRoute[] Routes =
    [
        new DashboardRoute("operations").Get(ListAsync),
        new DashboardRoute("operations/{id}").Get(ShowAsync),
        new DashboardRoute("operations/{id}/cancel").Post(CancelAsync),
        new DashboardRoute("events").Get(EventEndpoints.WatchAsync).Stream(),
    ];

    private static async Task ListAsync(DashboardRequest request)
    {
        OperationQuery query = new()
        {
            Status = request.Asked("status") is null ? null : request.OneOf("status", OperationStatus.All),
            AllProjects = request.Flag("all_projects"),
            Limit = PageSize,
            After = request.After() is var (time, id) ? new OperationPlace(time, id) : null,
        };
        RowList<Operation> list = await request
            .Service<OperationService>()
            .ListAsync(request.Caller, query, request.Aborted);
        string? next = list.More ? request.Behind(Cursor.Of(list.Rows[^1].CreatedAt, list.Rows[^1].Id)) : null;
        await request.PageAsync<OperationsPage, OperationsModel>(
            Section.Operations,
            Section.Operations,
            new OperationsModel(
                list.Rows,
                query.Status,
                query.AllProjects,
                query is { Status: null, After: null },
                next
            )
        );
    }

    private static async Task ShowAsync(DashboardRequest request)
    {
        Operation operation = await request
            .Service<OperationService>()
            .GetAsync(request.Caller, request.Id, request.Aborted);
        await request.PageAsync<OperationPage, Operation>(Show.Word(operation.Kind), Section.Operations, operation);
    }

    private static async Task CancelAsync(DashboardRequest request)
    {
        await request.Service<OperationService>().CancelAsync(request.Caller, request.Id, request.Aborted);
        request.Lead(Links.Operation(request.Id));
    }

    /// <summary>To the operation that works on the backup now, or did last; to the backup where none is shown.</summary>
    public static async Task LeadToNewestAsync(DashboardRequest request, string backupId)
    {
        OperationQuery query = new() { BackupId = backupId, Limit = 1 };
        RowList<Operation> newest = request.Allows("operation:get_all")
            ? await request.Service<OperationService>().ListAsync(request.Caller, query, request.Aborted)
            : new RowList<Operation>([], More: false);
        request.Lead(newest.Rows is [var one] ? Links.Operation(one.Id) : Links.Backup(backupId));
    }
}
