using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Middleware;

/// <summary>
/// Manila's habits with paths, where they differ from the framework's: a trailing slash is another path, which nobody
/// serves; a <c>.json</c> suffix is accepted and ignored, but of a key, whose end it is; OPTIONS answers 200 anywhere.
/// </summary>
internal static class ManilaPaths
{
    private const string JsonSuffix = ".json";

    public static Task ApplyAsync(HttpContext http, RequestDelegate next)
    {
        string path = http.Request.Path.Value ?? "";
        if (HttpMethods.IsOptions(http.Request.Method))
        {
            http.Response.ContentLength = 0;
            return Task.CompletedTask;
        }
        if (!path.StartsWith("/v2/", StringComparison.Ordinal) || path.Length == "/v2/".Length)
        {
            return next(http);
        }
        if (path.EndsWith(JsonSuffix, StringComparison.Ordinal) && !EndsWithKey(path))
        {
            path = path[..^JsonSuffix.Length];
        }
        // Decoded already: an assigned string would be decoded once more, and %2500 be a NUL.
        http.Request.Path = new PathString(path.EndsWith('/') ? "/unrouted" : path);
        return next(http);
    }

    // Of metadata or of an extra spec: the only names in paths that callers choose.
    private static bool EndsWithKey(string path) =>
        path[..path.LastIndexOf('/')] is var above
        && (
            above.EndsWith("/metadata", StringComparison.Ordinal)
            || above.EndsWith("/extra_specs", StringComparison.Ordinal)
        );
}
