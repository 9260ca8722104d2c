using Holdfast.Api.Dashboard.Audit;
using Holdfast.Api.Dashboard.Backups;
using Holdfast.Api.Dashboard.Holds;
using Holdfast.Api.Dashboard.Operations;
using Holdfast.Api.Dashboard.Overview;
using Holdfast.Api.Dashboard.Schedules;
using Holdfast.Api.Dashboard.Service;
using Holdfast.Api.Dashboard.Shares;
using Holdfast.Api.Dashboard.Sharings;
using Holdfast.Api.Dashboard.SignIn;
using Holdfast.Api.Dashboard.Volumes;
using Holdfast.Api.Native;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Api.Dashboard;

/// <summary>What the dashboard is made of: each folder's file of endpoints holds its own table.</summary>
internal static class DashboardRoutes
{
    public const string Base = "/dashboard";

    internal static readonly DashboardRoute[] Routes =
    [
        .. SignInEndpoints.Routes,
        .. OverviewEndpoints.Routes,
        .. ShareEndpoints.Routes,
        .. VolumeEndpoints.Routes,
        .. BackupEndpoints.Routes,
        .. RestoreEndpoints.Routes,
        .. VolumeRestoreEndpoints.Routes,
        .. ScheduleEndpoints.Routes,
        .. HoldEndpoints.Routes,
        .. OperationEndpoints.Routes,
        .. SharingEndpoints.Routes,
        .. AuditEndpoints.Routes,
        .. ServiceEndpoints.Routes,
        // Whatever else begins so is a page, too: one that says that there is none.
        new DashboardRoute("{**path}").Get(_ =>
            throw new Problem(StatusCodes.Status404NotFound, "There is no page at this address.")
        ),
    ];

    public static void MapDashboard(this IEndpointRouteBuilder routes)
    {
        routes.MapGet($"{Base}/assets/{{name}}", Assets.SendAsync);
        foreach (DashboardRoute route in Routes)
        {
            routes.Map($"{Base}/{route.Path}".TrimEnd('/'), route.RunAsync);
        }
    }

    public static bool Own(PathString path) => path.StartsWithSegments(Base, StringComparison.Ordinal);
}
