using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Native.Operations;

/// <summary>What the service does behind the requests that it has accepted, and how to cancel it.</summary>
internal static class OperationEndpoints
{
    public static readonly NativeRoute[] Routes =
    [
        new NativeRoute("operations").Get(ListAsync),
        new NativeRoute("operations/{id}").Get(ShowAsync),
        new NativeRoute("operations/{id}/cancel").Post(CancelAsync),
    ];

    private static async Task ListAsync(NativeRequest request)
    {
        OperationService operations = request.Service<OperationService>();
        operations.Require(request.Caller, "operation:get_all");
        OperationQuery query = new()
        {
            Status = request.OneOf("status", OperationStatus.All),
            Kind = request.Query["kind"],
            ShareId = request.Query["share_id"],
            VolumeId = request.Query["volume_id"],
            BackupId = request.Query["backup_id"],
            AllProjects = request.Flag("all_projects"),
            Limit = request.Limit(),
            After = request.After() is var (time, id) ? new OperationPlace(time, id) : null,
        };
        RowList<Operation> list = await operations.ListAsync(request.Caller, query, request.Aborted);
        string? next = list.More ? Cursor.Of(list.Rows[^1].CreatedAt, list.Rows[^1].Id) : null;
        await request.ReplyListAsync("operations", list.Rows, next, OperationView.Write);
    }

    private static async Task ShowAsync(NativeRequest request)
    {
        Operation operation = await request
            .Service<OperationService>()
            .GetAsync(request.Caller, request.Id, request.Aborted);
        await request.ReplyAsync(StatusCodes.Status200OK, operation, OperationView.Write);
    }

    /// <summary>200: it is cancelled; 202: its worker was asked to stop. A body says nothing here and is not read.</summary>
    private static async Task CancelAsync(NativeRequest request)
    {
        Operation operation = await request
            .Service<OperationService>()
            .CancelAsync(request.Caller, request.Id, request.Aborted);
        int status =
            operation.Status == OperationStatus.Cancelled ? StatusCodes.Status200OK : StatusCodes.Status202Accepted;
        await request.ReplyAsync(status, operation, OperationView.Write);
    }
}
