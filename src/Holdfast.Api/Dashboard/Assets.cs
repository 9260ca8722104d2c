using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Dashboard;

/// <summary>
/// The style, the script and the pictures, from within the program. Their addresses have a hash of their bytes, so a browser
/// keeps them for good.
/// </summary>
internal static class Assets
{
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    };

    private static readonly Dictionary<string, (string Type, byte[] Bytes)> ByAddress = new(StringComparer.Ordinal);
    private static readonly Dictionary<string, string> ByName = new(StringComparer.Ordinal);

    static Assets()
    {
        const string folder = "dashboard/";
        Assembly here = typeof(Assets).Assembly;
        foreach (
            string resource in here.GetManifestResourceNames()
                .Where(name => name.StartsWith(folder, StringComparison.Ordinal))
        )
        {
            using Stream stream = here.GetManifestResourceStream(resource)!;
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            string name = resource[folder.Length..];
            string type = Path.GetExtension(name);
            string hash = Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8));
            string address = $"{Path.GetFileNameWithoutExtension(name)}.{hash}{type}";
            ByAddress[address] = (Types[type], bytes);
            ByName[name] = $"{DashboardRoutes.Base}/assets/{address}";
        }
    }

    public static string Style => ByName["dashboard.css"];

    public static string Script => ByName["dashboard.js"];

    public static string Mark => ByName["mark.svg"];

    public static Task SendAsync(HttpContext http, string name)
    {
        PageHeaders.Set(http.Response);
        if (!ByAddress.TryGetValue(name, out (string Type, byte[] Bytes) asset))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }
        http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        http.Response.ContentType = asset.Type;
        http.Response.ContentLength = asset.Bytes.Length;
        return http.Response.Body.WriteAsync(asset.Bytes, http.RequestAborted).AsTask();
    }
}
