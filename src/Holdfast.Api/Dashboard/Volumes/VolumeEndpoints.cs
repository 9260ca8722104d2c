using Holdfast.Api.Dashboard.Layout;
using Holdfast.Api.Dashboard.Operations;
using Holdfast.Api.Dashboard.Schedules;
using Holdfast.Api.Native;
using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Dashboard.Volumes;

/// <param name="Good">The newest backup that can be restored, by the volume's id, of those that have one.</param>
public sealed record VolumesModel(
    IReadOnlyList<Volume> Volumes,
    IReadOnlyDictionary<string, ProvenBackup> Good,
    string? Name,
    string? Next
);

/// <param name="Good">The newest backup that can be restored; null when there is none.</param>
public sealed record VolumeModel(
    Volume Volume,
    ProvenBackup? Good,
    IReadOnlyList<Schedule> Schedules,
    IReadOnlyList<ProvenBackup> Backups,
    string? Next
);

/// <summary>Volumes and their backups.</summary>
internal static class VolumeEndpoints
{
    private const int PageSize = 50;

    public static readonly DashboardRoute[] Routes =
    [
        new DashboardRoute("volumes").Get(ListAsync),
        new DashboardRoute("volumes/{id}").Get(ShowAsync),
        new DashboardRoute("volumes/{id}/backups").Post(BackUpAsync),
    ];

    private static async Task ListAsync(DashboardRequest request)
    {
        VolumeQuery query = new()
        {
            Name = request.Asked("name"),
            Limit = PageSize,
            After = request.After(),
        };
        RowList<Volume> list = await request.Service<VolumeService>().ListAsync(request.Caller, query, request.Aborted);
        await request.PageAsync<VolumesPage, VolumesModel>(
            Section.Volumes,
            Section.Volumes,
            new VolumesModel(
                list.Rows,
                await GoodAsync(request, [.. list.Rows.Select(volume => volume.Id)]),
                query.Name,
                list.More ? request.Behind(Cursor.Of(list.Rows[^1].CreatedAt, list.Rows[^1].Id)) : null
            )
        );
    }

    private static async Task ShowAsync(DashboardRequest request)
    {
        BackupListQuery query = new()
        {
            OfVolumes = true,
            VolumeId = request.Id,
            Limit = PageSize,
            After = request.After(),
        };
        Volume volume = await request.Service<VolumeService>().GetAsync(request.Caller, request.Id, request.Aborted);
        RowList<ProvenBackup> list = await request
            .Service<BackupListService>()
            .ListAsync(request.Caller, query, request.Aborted);
        await request.PageAsync<VolumePage, VolumeModel>(
            Show.Name(volume.Name, volume.Id),
            Section.Volumes,
            new VolumeModel(
                volume,
                (await GoodAsync(request, [volume.Id])).GetValueOrDefault(volume.Id),
                await ScheduleEndpoints.OfAsync(request, volumeId: volume.Id),
                list.Rows,
                list.More ? request.Behind(Cursor.Of(list.Rows[^1].Backup.CreatedAt, list.Rows[^1].Backup.Id)) : null
            )
        );
    }

    private static Task<IReadOnlyDictionary<string, ProvenBackup>> GoodAsync(
        DashboardRequest request,
        IReadOnlyList<string> ids
    ) => request.Service<BackupListService>().NewestGoodOfVolumesAsync(request.Caller, ids, request.Aborted);

    private static async Task BackUpAsync(DashboardRequest request)
    {
        NewVolumeBackup asked = new(request.Id, request.Field("name"), Description: null);
        VolumeBackupWork work = await request
            .Service<VolumeBackupService>()
            .CreateAsync(request.Caller, asked, request.Aborted);
        await OperationEndpoints.LeadToNewestAsync(request, work.Backup.Id);
    }
}
