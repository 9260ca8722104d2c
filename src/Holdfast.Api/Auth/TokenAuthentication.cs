using System.Net;
using Holdfast.Api.Dashboard;
using Holdfast.Api.Identity;
using Holdfast.Api.Middleware;
using Holdfast.Core;
using Holdfast.Core.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Api.Auth;

/// <summary>
/// Who asks: every path needs a valid <c>X-Auth-Token</c>, served or not, but the few that are open by nature. The
/// answer without one is keystonemiddleware's, the same everywhere. A service that hands a user's token on shows its own
/// beside it, as <c>X-Service-Token</c>.
/// </summary>
internal static class TokenAuthentication
{
    private const string Key = "holdfast.caller";

    // The role that makes a token a service's.
    private const string ServiceRole = "service";

    // Discovery and probes.
    private static readonly string[] OpenPaths =
    [
        "/",
        "/healthcheck",
        "/healthz",
        "/readyz",
        "/metrics",
        "/api/v1/openapi.json",
    ];

    /// <param name="identityIsOurs">Paths beneath <c>/identity</c> have rules of their own.</param>
    public static void UseTokenAuthentication(this WebApplication app, bool identityIsOurs) =>
        app.Use((http, next) => IsOpen(http.Request.Path, identityIsOurs) ? next(http) : AuthenticateAsync(http, next));

    public static Caller Caller(this HttpContext http) => (Caller)http.Items[Key]!;

    /// <summary>The request is the token's from now on.</summary>
    public static void Admit(this HttpContext http, ValidToken token)
    {
        Policy policy = http.RequestServices.GetRequiredService<Policy>();
        http.Items[Key] = policy.Identify(token, http.RequestId()) with
        {
            Address = Text(http.Connection.RemoteIpAddress),
        };
    }

    /// <summary>An address as its own family writes it, whichever socket it came through.</summary>
    internal static string? Text(IPAddress? address) =>
        (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString();

    private static async Task AuthenticateAsync(HttpContext http, RequestDelegate next)
    {
        // Where nobody can say whether the token is good, the caller is to come back (503), not to log in again.
        if (await ValidateAsync(http) is not { } token)
        {
            await IdentityError.Of(ServiceError.Unauthenticated()).WriteAsync(http);
            return;
        }
        http.Admit(token);
        await next(http);
    }

    private static async Task<ValidToken?> ValidateAsync(HttpContext http)
    {
        ITokenValidator tokens = http.RequestServices.GetRequiredService<ITokenValidator>();
        string? user = http.Request.Headers["X-Auth-Token"];
        string? service = http.Request.Headers["X-Service-Token"];
        if (string.IsNullOrEmpty(user))
        {
            return null;
        }
        if (string.IsNullOrEmpty(service))
        {
            return await tokens.ValidateAsync(user, http.RequestAborted);
        }
        ValidToken? own = await tokens.ValidateAsync(service, http.RequestAborted);
        return own is not null && own.Roles.Contains(ServiceRole)
            ? await tokens.ValidateEvenExpiredAsync(user, http.RequestAborted)
            : null;
    }

    private static bool IsOpen(PathString path, bool identityIsOurs) =>
        OpenPaths.Contains(path.Value, StringComparer.Ordinal)
        // Its pages have their token in a cookie, and a page of their own for whoever has none.
        || DashboardRoutes.Own(path)
        || (identityIsOurs && path.StartsWithSegments("/identity", StringComparison.Ordinal));
}
