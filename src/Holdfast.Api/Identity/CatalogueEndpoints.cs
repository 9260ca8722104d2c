using System.Text.Json.Nodes;
using Holdfast.Core;
using Holdfast.Core.Services;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Identity;

/// <summary>Where everything is: the token's own catalogue, and the same as regions, services and endpoints to read.</summary>
internal static class CatalogueEndpoints
{
    /// <summary>The catalogue of the caller's token; a token without a project has none.</summary>
    public static Task GetAsync(IdentityRequest request)
    {
        if (request.Caller.ProjectId.Length == 0)
        {
            throw ServiceError.Forbidden("A project-scoped token is required to produce a service catalog.");
        }
        JsonArray catalogue = CatalogueView.Of(Catalogue(request), request.Caller.ProjectId);
        JsonObject body = new() { ["catalog"] = catalogue, ["links"] = Links.Self($"{request.BaseUrl}/auth/catalog") };
        return IdentityReply.WriteAsync(request.Http, StatusCodes.Status200OK, body);
    }

    public static Task ListRegionsAsync(IdentityRequest request) =>
        request.ReplyListAsync("regions", [CatalogueView.Region(Catalogue(request).Region, request.BaseUrl)]);

    public static Task GetRegionAsync(IdentityRequest request)
    {
        string region = Catalogue(request).Region;
        return request.Route("region") == region
            ? request.ReplyAsync(StatusCodes.Status200OK, "region", CatalogueView.Region(region, request.BaseUrl))
            : throw ServiceError.NotFound($"Could not find region: {request.Route("region")}.");
    }

    public static Task ListServicesAsync(IdentityRequest request)
    {
        RequireAdmin(request, "identity:list_services");
        return request.ReplyListAsync(
            "services",
            Catalogue(request)
                .Services.Where(service =>
                    Matches(request, "type", service.Type) && Matches(request, "name", service.Name)
                )
                .Select(service => CatalogueView.Service(service, request.BaseUrl))
        );
    }

    public static Task GetServiceAsync(IdentityRequest request)
    {
        RequireAdmin(request, "identity:get_service");
        string id = request.Route("service");
        CatalogueService service =
            Catalogue(request).Services.FirstOrDefault(service => service.Id == id)
            ?? throw ServiceError.NotFound($"Could not find service: {id}.");
        return request.ReplyAsync(StatusCodes.Status200OK, "service", CatalogueView.Service(service, request.BaseUrl));
    }

    public static Task ListEndpointsAsync(IdentityRequest request)
    {
        RequireAdmin(request, "identity:list_endpoints");
        IdentityServiceCatalogue catalogue = Catalogue(request);
        return request.ReplyListAsync(
            "endpoints",
            catalogue
                .Endpoints(null)
                .Where(endpoint =>
                    Matches(request, "interface", endpoint.Interface)
                    && Matches(request, "service_id", endpoint.Service.Id)
                    && Matches(request, "region_id", catalogue.Region)
                )
                .Select(endpoint => CatalogueView.Endpoint(endpoint, catalogue.Region, request.BaseUrl))
        );
    }

    public static Task GetEndpointAsync(IdentityRequest request)
    {
        RequireAdmin(request, "identity:get_endpoint");
        string id = request.Route("endpoint");
        IdentityServiceCatalogue catalogue = Catalogue(request);
        CatalogueEndpoint endpoint =
            catalogue.Endpoints(null).FirstOrDefault(endpoint => endpoint.Id == id)
            ?? throw ServiceError.NotFound($"Could not find endpoint: {id}.");
        return request.ReplyAsync(
            StatusCodes.Status200OK,
            "endpoint",
            CatalogueView.Endpoint(endpoint, catalogue.Region, request.BaseUrl)
        );
    }

    private static IdentityServiceCatalogue Catalogue(IdentityRequest request) =>
        request.Service<IdentityServiceCatalogue>();

    private static void RequireAdmin(IdentityRequest request, string rule) =>
        IdentityPolicy.RequireAdmin(request.Caller, rule);

    private static bool Matches(IdentityRequest request, string parameter, string value) =>
        request.Query(parameter) is null || request.Query(parameter) == value;
}
