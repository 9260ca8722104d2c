using System.Text.Json.Nodes;
using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Services;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Api.Identity;

/// <summary>One request beneath <c>/identity</c>, as its handler sees it.</summary>
/// <param name="caller">Null on the few routes that need no token.</param>
internal sealed class IdentityRequest(HttpContext http, Caller? caller)
{
    public const string TokenHeader = "X-Auth-Token";
    public const string SubjectHeader = "X-Subject-Token";

    public HttpContext Http => http;

    public Caller Caller => caller ?? throw ServiceError.Unauthenticated();

    public CancellationToken Aborted => http.RequestAborted;

    /// <summary>Beneath which every link is.</summary>
    public string BaseUrl => Service<ApiOptions>().PublicUrl + "/identity/v3";

    public IdentityProjects Projects => Service<IdentityProjects>();
    public IdentityUsers Users => Service<IdentityUsers>();
    public IdentityRoles Roles => Service<IdentityRoles>();
    public IdentityGrants Grants => Service<IdentityGrants>();
    public IdentityLogins Logins => Service<IdentityLogins>();

    public string Route(string name) => (string)http.GetRouteValue(name)!;

    /// <summary>The last value of a query parameter; null when it is absent or empty.</summary>
    public string? Query(string name) => http.Request.Query[name] is [.., { Length: > 0 } last] ? last : null;

    public bool HasQuery(string name) => http.Request.Query.ContainsKey(name);

    /// <summary>A flag in the query: null when absent; only <c>0</c>, <c>false</c> and the like mean no.</summary>
    public bool? Flag(string name) =>
        HasQuery(name) ? Query(name)?.ToLowerInvariant() is not ("0" or "false" or "no" or "off" or "f" or "n") : null;

    /// <summary>The token under inspection.</summary>
    public string? Subject => http.Request.Headers[SubjectHeader] is [{ Length: > 0 } only] ? only : null;

    public Task<IdentityBody> BodyAsync() => IdentityBody.ReadAsync(http);

    public Task ReplyAsync(int status, string key, JsonNode value) =>
        IdentityReply.WriteAsync(http, status, new JsonObject { [key] = value });

    /// <summary>A collection with its links; there is always one page.</summary>
    public Task ReplyListAsync(string key, IEnumerable<JsonObject> items)
    {
        JsonObject body = new()
        {
            [key] = new JsonArray([.. items]),
            ["links"] = new JsonObject
            {
                ["self"] = Service<ApiOptions>().PublicUrl + http.Request.Path + http.Request.QueryString,
                ["previous"] = null,
                ["next"] = null,
            },
        };
        return IdentityReply.WriteAsync(http, StatusCodes.Status200OK, body);
    }

    public Task ReplyEmptyAsync()
    {
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    public T Service<T>()
        where T : notnull => http.RequestServices.GetRequiredService<T>();
}
