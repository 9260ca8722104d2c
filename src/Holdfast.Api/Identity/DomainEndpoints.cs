using System.Text.Json.Nodes;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Identity;

/// <summary>The one domain.</summary>
internal static class DomainEndpoints
{
    public static Task ListAsync(IdentityRequest request)
    {
        IdentityPolicy.RequireAdmin(request.Caller, "identity:list_domains");
        bool listed = request.Query("name") is null or DefaultDomain.Name && request.Flag("enabled") != false;
        return request.ReplyListAsync("domains", listed ? [View(request)] : []);
    }

    public static Task GetAsync(IdentityRequest request) =>
        request.Route("domain") == DefaultDomain.Id
            ? request.ReplyAsync(StatusCodes.Status200OK, "domain", View(request))
            : throw IdentityPolicy.Missing("domain", request.Route("domain"));

    private static JsonObject View(IdentityRequest request) =>
        new()
        {
            ["id"] = DefaultDomain.Id,
            ["name"] = DefaultDomain.Name,
            ["description"] = "The default domain",
            ["enabled"] = true,
            ["tags"] = new JsonArray(),
            ["options"] = new JsonObject(),
            ["links"] = Links.Self($"{request.BaseUrl}/domains/{DefaultDomain.Id}"),
        };
}
