using Holdfast.Api.Manila.AvailabilityZones;
using Holdfast.Api.Manila.Extensions;
using Holdfast.Api.Manila.Messages;
using Holdfast.Api.Manila.Quotas;
using Holdfast.Api.Manila.Services;
using Holdfast.Api.Manila.ShareBackups;
using Holdfast.Api.Manila.ShareReplicas;
using Holdfast.Api.Manila.Shares;
using Holdfast.Api.Manila.ShareSnapshots;
using Holdfast.Api.Manila.ShareTypes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Api.Manila;

/// <summary>What Manila's API is made of here: each resource's file holds its own table.</summary>
internal static class ManilaRoutes
{
    public const string ProjectId = "project_id";

    internal static readonly ManilaResource[] Resources =
    [
        .. ShareBackupEndpoints.Resources,
        .. ShareEndpoints.Resources,
        .. ShareSnapshotEndpoints.Resources,
        .. ShareTypeEndpoints.Resources,
        .. QuotaSetEndpoints.Resources,
        .. QuotaClassSetEndpoints.Resources,
        .. LimitEndpoints.Resources,
        .. MessageEndpoints.Resources,
        .. ShareReplicaEndpoints.Resources,
        .. ServiceEndpoints.Resources,
        .. AvailabilityZoneEndpoints.Resources,
        .. ExtensionEndpoints.Resources,
    ];

    /// <summary>Every resource at both of its URLs: with the project's id after <c>/v2</c>, and without.</summary>
    public static void MapManila(this IEndpointRouteBuilder routes)
    {
        VersionEndpoints.Map(routes);
        foreach (ManilaResource resource in Resources)
        {
            Task Run(HttpContext http) => ManilaPipeline.RunAsync(http, resource);
            routes.Map($"/v2/{resource.Path}", Run);
            routes.Map($"/v2/{{{ProjectId}:regex((?-i)^[0-9a-f\\-]+$)}}/{resource.Path}", Run);
        }
        routes.MapFallback("{**path}", Fault.WriteUnroutedAsync);
    }
}
