using System.Net.Http.Headers;
using System.Text.Json;
using Holdfast.Api.Auth;
using Holdfast.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace Holdfast.Api.Manila;

/// <summary>
/// The gates of every Manila request, in Manila's order: (1) the verb is routed; (2) the microversion header can be read
/// and is served; (3) the body is JSON and names an action, where one is due; (4) the project in the URL is the token's;
/// (5) the method exists at this microversion, for callers who opted into experiments; then the handler, which asks for
/// permission first.
/// </summary>
internal static class ManilaPipeline
{
    public const string VersionHeader = "X-OpenStack-Manila-API-Version";
    public const string ExperimentalHeader = "X-OpenStack-Manila-API-Experimental";

    public static async Task RunAsync(HttpContext http, ManilaResource resource)
    {
        // (1)
        if (!resource.Routes(http.Request.Method))
        {
            await Fault.WriteUnroutedAsync(http);
            return;
        }
        try
        {
            // (2)
            Microversion version = Negotiate(http);
            bool experimental = AsksForExperiments(http);
            // (3)
            JsonElement? body = await ReadBodyAsync(http);
            (string Key, JsonElement Value) action = resource.IsAction ? resource.NameAction(body) : default;
            // (4)
            if (http.GetRouteValue(ManilaRoutes.ProjectId) is string project && project != http.Caller().ProjectId)
            {
                throw Fault.BadRequest("Malformed request url");
            }
            // (5)
            ManilaHandler handler =
                (
                    resource.IsAction
                        ? resource.Action(action.Key, version, experimental)
                        : resource.Method(http.Request.Method, version, experimental)
                ) ?? throw Fault.NotFound();
            await handler(new ManilaRequest(http, version, body, action.Value));
        }
        catch (Fault fault) when (!http.Response.HasStarted)
        {
            await fault.WriteAsync(http);
        }
        catch (ServiceError error) when (!http.Response.HasStarted)
        {
            await Fault.Of(error).WriteAsync(http);
        }
    }

    /// <summary>Reads the version asked for and announces it on the reply, also when it is one we do not serve.</summary>
    private static Microversion Negotiate(HttpContext http)
    {
        StringValues header = http.Request.Headers[VersionHeader];
        string raw = header.Count == 0 ? Microversion.Oldest.ToString() : header[^1]!;
        if (!Microversion.TryParse(raw, out Microversion version))
        {
            throw Fault.BadRequest(
                $"API Version String {raw} is of invalid format. Must be of format MajorNum.MinorNum."
            );
        }
        http.Response.Headers[VersionHeader] = raw;
        http.Response.Headers.Vary = VersionHeader;
        return version.IsServed
            ? version
            : throw new Fault(
                StatusCodes.Status406NotAcceptable,
                $"Version {raw} is not supported by the API. Minimum is {Microversion.Oldest} and maximum is {Microversion.Newest}."
            );
    }

    private static bool AsksForExperiments(HttpContext http)
    {
        StringValues header = http.Request.Headers[ExperimentalHeader];
        if (header.Count == 0 || !Truth.Of(header[^1]))
        {
            return false;
        }
        http.Response.Headers[ExperimentalHeader] = "True";
        return true;
    }

    /// <summary>Null when nothing was sent, or nothing that is declared to be JSON: Manila takes both as no body.</summary>
    private static async Task<JsonElement?> ReadBodyAsync(HttpContext http)
    {
        HttpRequest request = http.Request;
        if (!HttpMethods.IsPost(request.Method) && !HttpMethods.IsPut(request.Method))
        {
            return null;
        }
        if (
            !MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
            || !string.Equals(type.MediaType, "application/json", StringComparison.OrdinalIgnoreCase)
        )
        {
            return null;
        }
        return await RequestBody.ReadJsonAsync(http);
    }
}
