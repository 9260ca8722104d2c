using Holdfast.Api.Native.Audit;
using Holdfast.Api.Native.Backups;
using Holdfast.Api.Native.Operations;
using Holdfast.Api.Native.Sharings;
using Holdfast.Api.Native.Volumes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Api.Native;

/// <summary>What the native API is made of: each resource's file holds its own table.</summary>
internal static class NativeRoutes
{
    public const string Base = "/api/v1";

    internal static readonly NativeRoute[] Routes =
    [
        .. BackupEndpoints.Routes,
        .. BackupFileEndpoints.Routes,
        .. SearchEndpoints.Routes,
        .. OperationEndpoints.Routes,
        .. EventEndpoints.Routes,
        .. SharingEndpoints.Routes,
        .. AuditEndpoints.Routes,
        .. VolumeEndpoints.Routes,
        .. VolumeBackupEndpoints.Routes,
    ];

    public static void MapNative(this IEndpointRouteBuilder routes)
    {
        foreach (NativeRoute route in Routes)
        {
            routes.Map($"{Base}/{route.Path}", route.RunAsync);
        }
    }

    public static bool Own(PathString path) => path.StartsWithSegments(Base, StringComparison.Ordinal);
}
