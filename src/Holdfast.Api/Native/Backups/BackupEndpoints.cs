using Holdfast.Core.Services;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Native.Backups;

/// <summary>Backups, to look at; what is in them is <see cref="BackupFileEndpoints"/>'s.</summary>
internal static class BackupEndpoints
{
    private const string OfShares = "share";
    private const string OfVolumes = "volume";

    public static readonly NativeRoute[] Routes =
    [
        new NativeRoute("backups").Get(ListAsync),
        new NativeRoute("backups/{id}").Get(ShowAsync),
    ];

    private static async Task ListAsync(NativeRequest request)
    {
        BackupListService backups = request.Service<BackupListService>();
        bool ofVolumes = request.Query["kind"] == OfVolumes;
        backups.RequireList(request.Caller, ofVolumes);
        _ = request.OneOf("kind", [OfShares, OfVolumes]);
        BackupListQuery query = new()
        {
            OfVolumes = ofVolumes,
            Name = request.Query["name"],
            Status = request.Query["status"],
            ShareId = request.Query["share_id"],
            VolumeId = request.Query["volume_id"],
            AllProjects = request.Flag("all_projects"),
            Limit = request.Limit(),
            After = request.After(),
        };
        RowList<ProvenBackup> list = await backups.ListAsync(request.Caller, query, request.Aborted);
        string? next = list.More ? Cursor.Of(list.Rows[^1].Backup.CreatedAt, list.Rows[^1].Backup.Id) : null;
        await request.ReplyListAsync("backups", list.Rows, next, BackupView.Write);
    }

    private static async Task ShowAsync(NativeRequest request)
    {
        ProvenBackup backup = await request
            .Service<BackupListService>()
            .GetAsync(request.Caller, request.Id, request.Aborted);
        await request.ReplyAsync(StatusCodes.Status200OK, backup, BackupView.Write);
    }
}
