using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Holdfast.Api.Native;
using Holdfast.Api.Vbs;
using Holdfast.Core.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Holdfast.Api.Middleware;

/// <summary>
/// How long requests take, by API, route, method and class of status. The route is its template: what callers choose makes
/// no time series. A stream of events lasts as long as its reader likes, and is not among them.
/// </summary>
internal sealed class RequestDurations
{
    private const string Unrouted = "unrouted";

    private readonly RequestDelegate next;
    private readonly Histogram<double> seconds;

    // As many as there are routes.
    private readonly ConcurrentDictionary<Endpoint, Place> places = new();

    public RequestDurations(RequestDelegate next, Instruments instruments)
    {
        this.next = next;
        seconds = instruments.Meter.CreateHistogram(
            "holdfast_api_request_seconds",
            "s",
            "How long requests take, to the last byte of their answer.",
            tags: null,
            new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
            }
        );
    }

    public async Task InvokeAsync(HttpContext http)
    {
        long began = Stopwatch.GetTimestamp();
        try
        {
            await next(http);
        }
        finally
        {
            Place place = http.GetEndpoint() is { } endpoint
                ? places.GetOrAdd(endpoint, PlaceOf)
                : new Place("none", Unrouted);
            Activity.Current?.SetTag("http.route", place.Route).SetTag("holdfast.request.id", http.RequestId());
            if (http.Response.ContentType != NativeRequest.EventStream)
            {
                seconds.Record(
                    Stopwatch.GetElapsedTime(began).TotalSeconds,
                    new("surface", place.Surface),
                    new("route", place.Route),
                    new("method", Method(http.Request.Method)),
                    new("status", Status(http.Response.StatusCode))
                );
            }
        }
    }

    private static Place PlaceOf(Endpoint endpoint)
    {
        // Whatever no other route takes.
        if (
            endpoint is not RouteEndpoint { RoutePattern: { } pattern }
            || pattern.PathSegments is [{ } only] && IsCatchAll(only)
        )
        {
            return new Place("none", Unrouted);
        }
        string route =
            "/" + string.Join('/', pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(Text))));
        string surface =
            endpoint.Metadata.GetMetadata<VbsRoute>() is not null ? "vbs"
            : route.StartsWith(NativeRoutes.Base, StringComparison.Ordinal) ? "native"
            : route.StartsWith("/identity", StringComparison.Ordinal) ? "identity"
            : route.StartsWith("/dashboard", StringComparison.Ordinal) ? "dashboard"
            : route == "/" || route.StartsWith("/v", StringComparison.Ordinal) ? "manila"
            : "probe";
        return new Place(surface, route);
    }

    private static bool IsCatchAll(RoutePatternPathSegment segment) =>
        segment.Parts.Any(part => part is RoutePatternParameterPart { IsCatchAll: true });

    private static string Text(RoutePatternPart part) =>
        part switch
        {
            RoutePatternLiteralPart literal => literal.Content,
            RoutePatternSeparatorPart separator => separator.Content,
            RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
            _ => "",
        };

    // Any word may be sent as a method.
    private static string Method(string method) =>
        method is "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "OPTIONS" ? method : "other";

    private static string Status(int status) =>
        (status / 100) switch
        {
            1 => "1xx",
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            _ => "5xx",
        };

    private sealed record Place(string Surface, string Route);
}
