using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Middleware;

/// <summary>Gives each request an id, and each reply both headers under which clients look for it.</summary>
internal static class RequestIds
{
    private const string Key = "holdfast.request_id";

    public static string RequestId(this HttpContext http) => (string)http.Items[Key]!;

    public static Task AssignAsync(HttpContext http, RequestDelegate next)
    {
        string id = $"req-{Guid.NewGuid():D}";
        http.Items[Key] = id;
        http.Response.Headers["x-openstack-request-id"] = id;
        http.Response.Headers["x-compute-request-id"] = id;
        return next(http);
    }
}
