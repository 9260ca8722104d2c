using Holdfast.Api.Dashboard.Layout;
using Holdfast.Api.Dashboard.Sharings;
using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Dashboard.Holds;

/// <summary>Backups that must stay; they are seen on the backup's page.</summary>
internal static class HoldEndpoints
{
    public static readonly DashboardRoute[] Routes =
    [
        new DashboardRoute("backups/{id}/holds").Post(CreateAsync),
        new DashboardRoute("holds/{id}/lift").Post(LiftAsync),
    ];

    /// <returns>Those of the backup, the newest first; none where the caller may not see them.</returns>
    public static async Task<IReadOnlyList<Hold>> OfAsync(DashboardRequest request, Backup backup) =>
        request.Allows("hold:get_all")
            ? (
                await request
                    .Service<HoldService>()
                    .ListAsync(
                        request.Caller,
                        new HoldQuery { BackupId = backup.Id, Limit = Hold.MostOfBackup },
                        request.Aborted
                    )
            ).Rows
            : [];

    private static async Task CreateAsync(DashboardRequest request)
    {
        NewHold asked = new(request.Id, request.Field("reason"), SharingEndpoints.Until(request.Field("held_until")));
        await request.Service<HoldService>().CreateAsync(request.Caller, asked, request.Aborted);
        request.Lead(Links.Backup(request.Id));
    }

    private static async Task LiftAsync(DashboardRequest request)
    {
        HoldService holds = request.Service<HoldService>();
        Hold hold = await holds.GetAsync(request.Caller, request.Id, request.Aborted);
        await holds.LiftAsync(request.Caller, hold.Id, request.Aborted);
        request.Lead(Links.Backup(hold.BackupId));
    }
}
