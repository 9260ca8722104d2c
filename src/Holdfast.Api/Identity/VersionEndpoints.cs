using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Identity;

/// <summary>Discovery: where version 3 is.</summary>
internal static class VersionEndpoints
{
    public static Task ListAsync(IdentityRequest request) =>
        request.ReplyAsync(
            StatusCodes.Status300MultipleChoices,
            "versions",
            new JsonObject { ["values"] = new JsonArray(Version(request)) }
        );

    public static Task GetAsync(IdentityRequest request) =>
        request.ReplyAsync(StatusCodes.Status200OK, "version", Version(request));

    // 3.14 is the minor version whose calls clients take for granted; the date is that version's.
    private static JsonObject Version(IdentityRequest request) =>
        new()
        {
            ["id"] = "v3.14",
            ["status"] = "stable",
            ["updated"] = "2020-04-07T00:00:00Z",
            ["links"] = new JsonArray(new JsonObject { ["rel"] = "self", ["href"] = request.BaseUrl + "/" }),
            ["media-types"] = new JsonArray(
                new JsonObject
                {
                    ["base"] = "application/json",
                    ["type"] = "application/vnd.openstack.identity-v3+json",
                }
            ),
        };
}
