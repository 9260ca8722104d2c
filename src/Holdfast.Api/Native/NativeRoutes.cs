using Holdfast.Api.Native.Audit;
using Holdfast.Api.Native.Backups;
using Holdfast.Api.Native.Drills;
using Holdfast.Api.Native.Holds;
using Holdfast.Api.Native.OpenApi;
using Holdfast.Api.Native.Operations;
using Holdfast.Api.Native.Repositories;
using Holdfast.Api.Native.Schedules;
using Holdfast.Api.Native.Shares;
using Holdfast.Api.Native.Sharings;
using Holdfast.Api.Native.Volumes;
using Holdfast.Api.Native.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

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
        .. ScheduleEndpoints.Routes,
        .. HoldEndpoints.Routes,
        .. WebhookEndpoints.Routes,
        .. ShareEndpoints.Routes,
        .. DrillEndpoints.Routes,
        .. RepositoryEndpoints.Routes,
        .. AuditEndpoints.Routes,
        .. VolumeEndpoints.Routes,
        .. VolumeBackupEndpoints.Routes,
    ];

    public static void MapNative(this IEndpointRouteBuilder routes)
    {
        string version = typeof(NativeRoutes).Assembly.GetName().Version!.ToString(3);
        byte[] document = OpenApiDocument.Of(
            routes.ServiceProvider.GetRequiredService<ApiOptions>().PublicUrl + Base,
            version
        );
        // To everybody, without a token.
        routes.MapGet($"{Base}/openapi.json", () => Results.Bytes(document, "application/json"));
        foreach (NativeRoute route in Routes)
        {
            routes.Map($"{Base}/{route.Path}", route.RunAsync);
        }
    }

    public static bool Own(PathString path) => path.StartsWithSegments(Base, StringComparison.Ordinal);
}
