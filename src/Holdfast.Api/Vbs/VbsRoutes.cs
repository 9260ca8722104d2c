using Holdfast.Api.Vbs.Backups;
using Holdfast.Api.Vbs.CloudBackups;
using Holdfast.Api.Vbs.CloudVolumes;
using Holdfast.Api.Vbs.Jobs;
using Holdfast.Api.Vbs.Policies;
using Holdfast.Api.Vbs.Sharings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Api.Vbs;

/// <summary>What the VBS family is made of here: each resource's file holds its own table.</summary>
internal static class VbsRoutes
{
    internal static readonly VbsRoute[] Routes =
    [
        .. SharingEndpoints.Routes,
        .. BackupEndpoints.Routes,
        .. CloudBackupEndpoints.Routes,
        .. CloudVolumeEndpoints.Routes,
        .. JobEndpoints.Routes,
        .. PolicyEndpoints.Routes,
    ];

    public static void MapVbs(this IEndpointRouteBuilder routes)
    {
        foreach (VbsRoute route in Routes)
        {
            routes.Map(route.Path, route.RunAsync).WithMetadata(route);
        }
    }
}
