using System.Text.Json.Nodes;
using Holdfast.Core.Services;

namespace Holdfast.Api.Identity;

internal static class CatalogueView
{
    /// <summary>The catalogue as a token carries it: endpoints grouped by service.</summary>
    public static JsonArray Of(IdentityServiceCatalogue catalogue, string projectId) =>
        new([
            .. catalogue
                .Endpoints(projectId)
                .GroupBy(endpoint => endpoint.Service)
                .Select(group => new JsonObject
                {
                    ["id"] = group.Key.Id,
                    ["type"] = group.Key.Type,
                    ["name"] = group.Key.Name,
                    ["endpoints"] = new JsonArray([
                        .. group.Select(endpoint => new JsonObject
                        {
                            ["id"] = endpoint.Id,
                            ["interface"] = endpoint.Interface,
                            ["region_id"] = catalogue.Region,
                            ["region"] = catalogue.Region,
                            ["url"] = endpoint.Url,
                        }),
                    ]),
                }),
        ]);

    public static JsonObject Region(string region, string baseUrl) =>
        new()
        {
            ["id"] = region,
            ["description"] = "",
            ["parent_region_id"] = null,
            ["links"] = Links.Self($"{baseUrl}/regions/{Uri.EscapeDataString(region)}"),
        };

    public static JsonObject Service(CatalogueService service, string baseUrl) =>
        new()
        {
            ["id"] = service.Id,
            ["type"] = service.Type,
            ["name"] = service.Name,
            ["description"] = service.Description,
            ["enabled"] = true,
            ["links"] = Links.Self($"{baseUrl}/services/{service.Id}"),
        };

    public static JsonObject Endpoint(CatalogueEndpoint endpoint, string region, string baseUrl) =>
        new()
        {
            ["id"] = endpoint.Id,
            ["interface"] = endpoint.Interface,
            ["service_id"] = endpoint.Service.Id,
            ["region"] = region,
            ["region_id"] = region,
            ["url"] = endpoint.Url,
            ["enabled"] = true,
            ["links"] = Links.Self($"{baseUrl}/endpoints/{endpoint.Id}"),
        };
}
