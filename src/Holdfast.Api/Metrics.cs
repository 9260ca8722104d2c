using System.Net;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Core.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Api;

/// <summary>
/// <c>/metrics</c> in Prometheus' text format: to this host as it is, to others with the token of
/// <see cref="ApiOptions.MetricsTokenFile"/>, and not at all where there is none: 404.
/// </summary>
internal static class Metrics
{
    private const string Scheme = "Bearer ";

    public static void MapMetrics(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/metrics", (Delegate)AnswerAsync);

    private static async Task<IResult> AnswerAsync(HttpContext http)
    {
        string? file = http.RequestServices.GetRequiredService<ApiOptions>().MetricsTokenFile;
        int refusal = Refusal(http.Connection.RemoteIpAddress, file, http.Request.Headers.Authorization);
        if (refusal == StatusCodes.Status401Unauthorized)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
        }
        return refusal != 0
            ? Results.StatusCode(refusal)
            : Results.Text(
                await http.RequestServices.GetRequiredService<MetricsText>().ReadAsync(http.RequestAborted),
                MetricsText.ContentType
            );
    }

    /// <returns>0 when the client may read; else the answer's status.</returns>
    internal static int Refusal(IPAddress? client, string? tokenFile, string? authorization)
    {
        if (client is not null && IPAddress.IsLoopback(client))
        {
            return 0;
        }
        if (tokenFile is null)
        {
            return StatusCodes.Status404NotFound;
        }
        // Read each time, so that it can be changed: who asks comes every few seconds.
        return
            authorization is not null
            && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && Read(tokenFile) is { Length: > 0 } token
            && CryptographicOperations.FixedTimeEquals(Hash(authorization[Scheme.Length..].Trim()), Hash(token))
            ? 0
            : StatusCodes.Status401Unauthorized;
    }

    // A file that is away lets nobody in.
    private static string? Read(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
