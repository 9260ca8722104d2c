using Holdfast.Api.Auth;
using Holdfast.Api.Manila;
using Holdfast.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Api.Vbs;

internal delegate Task VbsHandler(VbsRequest request);

/// <summary>How a call writes its errors.</summary>
internal enum VbsErrors
{
    /// <summary>As Cinder does, whose calls and extensions these are: <see cref="Fault"/>.</summary>
    Fault,

    /// <summary>As VBS's own calls do: <see cref="VbsError"/>.</summary>
    Coded,
}

/// <summary>
/// A path of the family and its verbs, and the gates of every request to it: (1) the verb is served, else 405 with
/// <c>Allow</c>; (2) the project in the URL is the token's; (3) the query is text; then the handler, which asks for permission
/// before it looks at query and body.
/// </summary>
/// <param name="path">With its version and <see cref="ProjectId"/>, such as <see cref="V2"/> and what follows.</param>
internal sealed class VbsRoute(string path, VbsErrors errors)
{
    public const string ProjectId = "project_id";
    public const string V1 = $"/v1/{{{ProjectId}}}";
    public const string V2 = $"/v2/{{{ProjectId}}}";

    private readonly Verbs<VbsHandler> verbs = new();

    public string Path { get; } = path;

    public IEnumerable<string> Verbs => verbs.Names;

    /// <summary>The route that the request was found to be of; null when it is of another API.</summary>
    public static VbsRoute? Of(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<VbsRoute>();

    public VbsRoute Get(VbsHandler handler) => On(HttpMethods.Get, handler);

    public VbsRoute Post(VbsHandler handler) => On(HttpMethods.Post, handler);

    public VbsRoute Put(VbsHandler handler) => On(HttpMethods.Put, handler);

    public VbsRoute Delete(VbsHandler handler) => On(HttpMethods.Delete, handler);

    public async Task RunAsync(HttpContext http)
    {
        try
        {
            // (1)
            VbsHandler handler =
                verbs.Find(http)
                ?? throw new Fault(
                    StatusCodes.Status405MethodNotAllowed,
                    $"The method {http.Request.Method} is not allowed for this resource."
                );
            // (2)
            if ((string?)http.GetRouteValue(ProjectId) != http.Caller().ProjectId)
            {
                throw Fault.BadRequest("Malformed request url");
            }
            // (3)
            VbsRequest request = new(http);
            await handler(request);
        }
        catch (VbsError error) when (!http.Response.HasStarted)
        {
            await error.WriteAsync(http);
        }
        catch (Fault fault) when (!http.Response.HasStarted)
        {
            await WriteAsync(http, fault);
        }
        catch (ServiceError error) when (!http.Response.HasStarted)
        {
            await WriteAsync(http, Fault.Of(error));
        }
    }

    public Task WriteAsync(HttpContext http, Fault fault) =>
        errors == VbsErrors.Coded ? VbsError.Of(fault).WriteAsync(http) : fault.WriteAsync(http);

    private VbsRoute On(string verb, VbsHandler handler)
    {
        verbs.Add(verb, handler);
        return this;
    }
}
