using System.Globalization;
using Holdfast.Api.Dashboard.Layout;
using Holdfast.Api.Native;
using Holdfast.Core;
using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Dashboard.Volumes;

/// <param name="Targets">
/// The project's volumes that are large enough, by name: the backup's own first, and not all where there are many.
/// </param>
public sealed record VolumeRestoreModel(Backup Backup, IReadOnlyList<Volume> Targets)
{
    public bool IsOriginal(Volume volume) => volume.Id == Backup.VolumeId;
}

/// <summary>From a volume's backup into a volume, or to a new one: what will change is said first, then it is done.</summary>
internal static class VolumeRestoreEndpoints
{
    private const int MostTargets = 200;

    public static readonly DashboardRoute[] Routes =
    [
        new DashboardRoute("backups/{id}/restore-volume").Get(AskAsync).Post(RestoreAsync),
        new DashboardRoute("backups/{id}/volumes").Post(CreateAsync),
    ];

    private static async Task AskAsync(DashboardRequest request)
    {
        VolumeBackupService backups = request.Service<VolumeBackupService>();
        backups.Require(request.Caller, "volume_backup:restore");
        Backup backup = (await backups.GetAsync(request.Caller, request.Id, request.Aborted)).Row;
        await request.PageAsync<VolumeRestorePage, VolumeRestoreModel>(
            "Restore",
            Section.Volumes,
            new VolumeRestoreModel(backup, await TargetsAsync(request, backup))
        );
    }

    private static async Task RestoreAsync(DashboardRequest request)
    {
        // What is in a volume is lost by this: nobody's choice is made for them.
        string target =
            request.Field("volume_id") ?? throw Problem.BadRequest("Choose the volume that is overwritten.");
        VolumeBackupWork work = await request
            .Service<VolumeBackupService>()
            .RestoreAsync(request.Caller, request.Id, target, request.Aborted);
        request.Lead(Links.Operation(work.Operation.Id));
    }

    private static async Task CreateAsync(DashboardRequest request)
    {
        NewVolume asked = new(Size(request.Field("size")), request.Id, request.Field("name"), Description: null);
        VolumeWork work = await request.Service<VolumeService>().CreateAsync(request.Caller, asked, request.Aborted);
        request.Lead(Links.Operation(work.Operation.Id));
    }

    /// <returns>Null, the backup's own, where nothing is said.</returns>
    private static int? Size(string? text) =>
        text is null ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int gibibytes) ? gibibytes
        : throw Problem.BadRequest("Write the size as a whole number of GiB.");

    private static async Task<IReadOnlyList<Volume>> TargetsAsync(DashboardRequest request, Backup backup)
    {
        VolumeQuery query = new() { Limit = MostTargets };
        RowList<Volume> list = await request.Service<VolumeService>().ListAsync(request.Caller, query, request.Aborted);
        IEnumerable<Volume> volumes = list.Rows;
        if (await OriginalAsync(request, backup) is { } original)
        {
            volumes = volumes.Where(volume => volume.Id != original.Id).Prepend(original);
        }
        return
        [
            .. volumes
                .Where(volume => volume.Size >= backup.Size && volume.Bytes >= (backup.Bytes ?? 0))
                .OrderByDescending(volume => volume.Id == backup.VolumeId)
                .ThenBy(volume => volume.Name, StringComparer.OrdinalIgnoreCase),
        ];
    }

    /// <returns>The volume that the backup is of, where it is the project's and still there.</returns>
    private static async Task<Volume?> OriginalAsync(DashboardRequest request, Backup backup)
    {
        try
        {
            Volume volume = await request
                .Service<VolumeService>()
                .GetAsync(request.Caller, backup.SourceId, request.Aborted);
            return volume.ProjectId == request.Caller.ProjectId ? volume : null;
        }
        catch (ServiceError error) when (error.Kind == ServiceErrorKind.NotFound)
        {
            return null;
        }
    }
}
