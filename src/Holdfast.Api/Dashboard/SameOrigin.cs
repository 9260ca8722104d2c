using Holdfast.Api.Native;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Api.Dashboard;

/// <summary>Whether a browser sends a form from a page of ours. A program that is no browser says neither and is none's tool.</summary>
internal static class SameOrigin
{
    /// <exception cref="Problem">403: from another site's page.</exception>
    public static void Require(HttpContext http)
    {
        string? site = http.Request.Headers["Sec-Fetch-Site"];
        string? origin = http.Request.Headers.Origin;
        if (site is not (null or "same-origin") || (origin is not null && !IsOurs(http, origin)))
        {
            throw new Problem(
                StatusCodes.Status403Forbidden,
                "This form came from a page of another site, so nothing was done. Open the dashboard and try again there."
            );
        }
    }

    // As the browser reached us, or as we are reached through a proxy that changes the Host header.
    private static bool IsOurs(HttpContext http, string origin) =>
        origin == $"{http.Request.Scheme}://{http.Request.Host.Value}"
        || origin
            == new Uri(http.RequestServices.GetRequiredService<ApiOptions>().PublicUrl).GetLeftPart(
                UriPartial.Authority
            );
}
