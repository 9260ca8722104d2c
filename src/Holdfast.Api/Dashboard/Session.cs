using Holdfast.Api.Auth;
using Holdfast.Core.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Api.Dashboard;

/// <summary>
/// A person who is signed in: their token, as <c>X-Auth-Token</c> would hold it, in a cookie that no script and no other
/// site's page can use. Nothing of it is kept here, so any node serves any session.
/// </summary>
internal sealed record Session(string Token, Caller Caller)
{
    public const string CookieName = "holdfast_session";

    /// <summary>Characters of a token that is looked at.</summary>
    private const int LongestToken = 4096;

    public bool HasProject => Caller.ProjectId.Length > 0;

    /// <summary>The request becomes the session's; null when there is none, or it is over.</summary>
    public static async Task<Session?> ReadAsync(HttpContext http) =>
        http.Request.Cookies[CookieName] is { Length: > 0 and <= LongestToken } token
            ? await OfAsync(http, token)
            : null;

    /// <inheritdoc cref="ReadAsync"/>
    public static async Task<Session?> OfAsync(HttpContext http, string token)
    {
        ITokenValidator tokens = http.RequestServices.GetRequiredService<ITokenValidator>();
        if (await tokens.ValidateAsync(token, http.RequestAborted) is not { } valid)
        {
            return null;
        }
        http.Admit(valid);
        return new Session(token, http.Caller());
    }

    public static void Keep(HttpContext http, string token) =>
        http.Response.Cookies.Append(CookieName, token, Options(http));

    public static void Forget(HttpContext http)
    {
        if (http.Request.Cookies.ContainsKey(CookieName))
        {
            http.Response.Cookies.Delete(CookieName, Options(http));
        }
    }

    // Until the browser is closed: how long the token holds is its own matter.
    private static CookieOptions Options(HttpContext http) =>
        new()
        {
            HttpOnly = true,
            IsEssential = true,
            Path = DashboardRoutes.Base,
            SameSite = SameSiteMode.Strict,
            // Behind a proxy it is the public address that says whether browsers come by TLS.
            Secure =
                http.Request.IsHttps
                || http.RequestServices.GetRequiredService<ApiOptions>()
                    .PublicUrl.StartsWith("https:", StringComparison.OrdinalIgnoreCase),
        };
}
