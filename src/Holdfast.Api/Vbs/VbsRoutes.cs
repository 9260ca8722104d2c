using Holdfast.Api.Vbs.Policies;
using Holdfast.Api.Vbs.Sharings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Api.Vbs;

/// <summary>What the VBS family is made of here: each resource's file holds its own table.</summary>
internal static class VbsRoutes
{
    internal static readonly VbsRoute[] Routes = [.. SharingEndpoints.Routes, .. PolicyEndpoints.Routes];

    public static void MapVbs(this IEndpointRouteBuilder routes)
    {
        foreach (VbsRoute route in Routes)
        {
            routes.Map(route.Path, route.RunAsync).WithMetadata(route);
        }
    }
}
