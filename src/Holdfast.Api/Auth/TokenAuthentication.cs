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
/// answer without one is keystonemiddleware's, the same everywhere.
/// </summary>
internal static class TokenAuthentication
{
    private const string Key = "holdfast.caller";

    // Discovery and probes; identity has rules of its own.
    private static readonly string[] OpenPaths =
    [
        "/",
        "/healthcheck",
        "/healthz",
        "/readyz",
        "/metrics",
        "/api/v1/openapi.json",
    ];

    public static void UseTokenAuthentication(this WebApplication app) => app.Use(AuthenticateAsync);

    public static Caller Caller(this HttpContext http) => (Caller)http.Items[Key]!;

    private static async Task AuthenticateAsync(HttpContext http, RequestDelegate next)
    {
        if (IsOpen(http.Request.Path))
        {
            await next(http);
            return;
        }
        ITokenValidator tokens = http.RequestServices.GetRequiredService<ITokenValidator>();
        string? text = http.Request.Headers["X-Auth-Token"];
        ValidToken? token;
        try
        {
            token = string.IsNullOrEmpty(text) ? null : await tokens.ValidateAsync(text, http.RequestAborted);
        }
        catch (ServiceError error)
        {
            // Nobody could say whether the token is good: the caller is to come back, not to log in again.
            await RefuseAsync(http, error);
            return;
        }
        if (token is null)
        {
            await RefuseAsync(http, ServiceError.Unauthenticated());
            return;
        }
        Policy policy = http.RequestServices.GetRequiredService<Policy>();
        http.Items[Key] = policy.Identify(token, http.RequestId());
        await next(http);
    }

    private static bool IsOpen(PathString path) =>
        path.StartsWithSegments("/identity", StringComparison.Ordinal)
        || OpenPaths.Contains(path.Value, StringComparer.Ordinal);

    private static Task RefuseAsync(HttpContext http, ServiceError error) =>
        IdentityError.Of(error).WriteAsync(http, http.RequestServices.GetRequiredService<ApiOptions>().PublicUrl);
}
