using Holdfast.Api.Dashboard.Layout;
using Holdfast.Api.Dashboard.Operations;
using Holdfast.Api.Dashboard.Schedules;
using Holdfast.Api.Native;
using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Dashboard.Volumes;

public sealed record VolumesModel(IReadOnlyList<ProtectedVolume> Volumes, string? Name, string? Next);

public sealed record VolumeModel(
    ProtectedVolume Protected,
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
                await ProtectionAsync(request, list.Rows),
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
                (await ProtectionAsync(request, [volume]))[0],
                await ScheduleEndpoints.OfAsync(request, volumeId: volume.Id),
                list.Rows,
                list.More ? request.Behind(Cursor.Of(list.Rows[^1].Backup.CreatedAt, list.Rows[^1].Backup.Id)) : null
            )
        );
    }

    private static Task<IReadOnlyList<ProtectedVolume>> ProtectionAsync(
        DashboardRequest request,
        IReadOnlyList<Volume> volumes
    ) => request.Service<ProtectionService>().OfVolumesAsync(request.Caller, volumes, request.Aborted);

    private static async Task BackUpAsync(DashboardRequest request)
    {
        NewVolumeBackup asked = new(request.Id, request.Field("name"), Description: null);
        VolumeBackupWork work = await request
            .Service<VolumeBackupService>()
            .CreateAsync(request.Caller, asked, request.Aborted);
        await OperationEndpoints.LeadToNewestAsync(request, work.Backup.Id);
    }
}
