using Holdfast.Api.Native.Operations;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Native.Drills;

/// <summary>Restores for trial: what came of them, and one now.</summary>
internal static class DrillEndpoints
{
    public static readonly NativeRoute[] Routes =
    [
        new NativeRoute("drills").Get(ListAsync),
        new NativeRoute("backups/{id}/drill").Post(DrillAsync),
    ];

    private static async Task ListAsync(NativeRequest request)
    {
        ProofService proofs = request.Service<ProofService>();
        proofs.Require(request.Caller, "drill:get_all");
        DrillQuery query = new()
        {
            BackupId = request.Query["backup_id"],
            ShareId = request.Query["share_id"],
            VolumeId = request.Query["volume_id"],
            Limit = request.Limit(),
            After = request.After(),
        };
        RowList<Drill> list = await proofs.DrillsAsync(request.Caller, query, request.Aborted);
        string? next = list.More ? Cursor.Of(list.Rows[^1].CreatedAt, list.Rows[^1].Id) : null;
        await request.ReplyListAsync("drills", list.Rows, next, DrillView.Write);
    }

    /// <summary>202 with the operation. A body says nothing here and is not read.</summary>
    private static async Task DrillAsync(NativeRequest request)
    {
        Operation operation = await request
            .Service<ProofService>()
            .DrillAsync(request.Caller, request.Id, request.Aborted);
        await request.ReplyAsync(StatusCodes.Status202Accepted, operation, OperationView.Write);
    }
}
