using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Api;

/// <summary>Whether this node can do its work now.</summary>
public interface IReadiness
{
    /// <returns>Null when migrations are done, catalog and store answer and the roles run; else what is missing.</returns>
    Task<string?> WhatIsMissingAsync(CancellationToken cancellationToken);
}

/// <summary>What probes ask, without a token: alive (<c>/healthcheck</c>, <c>/healthz</c>) and ready (<c>/readyz</c>).</summary>
internal static class Health
{
    // Load balancers ask with HEAD where they can.
    private static readonly string[] Verbs = [HttpMethods.Get, HttpMethods.Head];

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/healthcheck", Verbs, static () => Results.Text("OK"));
        routes.MapMethods("/healthz", Verbs, static () => Results.Text("OK"));
        routes.MapMethods(
            "/readyz",
            Verbs,
            static async (HttpContext http) =>
                await http.RequestServices.GetRequiredService<IReadiness>().WhatIsMissingAsync(http.RequestAborted)
                    is { } missing
                    ? Results.Text(missing, statusCode: StatusCodes.Status503ServiceUnavailable)
                    : Results.Text("ready")
        );
    }
}
