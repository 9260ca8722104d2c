using Holdfast.Api.Middleware;
using Holdfast.Core;
using Holdfast.Core.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Api.Identity;

internal delegate Task IdentityHandler(IdentityRequest request);

/// <summary>
/// A path and its verbs. Whoever has no token gets 401 before anything else; a verb that is not there gets 405; HEAD is
/// GET without its body.
/// </summary>
internal sealed class IdentityRoute
{
    private readonly Dictionary<string, IdentityHandler> handlers = new(StringComparer.OrdinalIgnoreCase);
    private bool unrouted;
    private readonly HashSet<string> open = new(StringComparer.OrdinalIgnoreCase);

    public static IdentityRoute On(IEndpointRouteBuilder routes, string path)
    {
        IdentityRoute route = new();
        routes.Map(path, route.RunAsync);
        return route;
    }

    public IdentityRoute Get(IdentityHandler handler)
    {
        handlers[HttpMethods.Head] = handler;
        return Add(HttpMethods.Get, handler);
    }

    public IdentityRoute Post(IdentityHandler handler) => Add(HttpMethods.Post, handler);

    public IdentityRoute Put(IdentityHandler handler) => Add(HttpMethods.Put, handler);

    public IdentityRoute Patch(IdentityHandler handler) => Add(HttpMethods.Patch, handler);

    public IdentityRoute Delete(IdentityHandler handler) => Add(HttpMethods.Delete, handler);

    /// <summary>The verb needs no token: what it is given proves who asks, or it is for everyone.</summary>
    public IdentityRoute WithoutToken(params ReadOnlySpan<string> verbs)
    {
        foreach (string verb in verbs)
        {
            open.Add(verb);
        }
        return this;
    }

    /// <summary>Whatever the verb: there is nothing here, and nobody needs to log in to be told so.</summary>
    public void Unrouted() => unrouted = true;

    private IdentityRoute Add(string verb, IdentityHandler handler)
    {
        handlers[verb] = handler;
        return this;
    }

    private async Task RunAsync(HttpContext http)
    {
        try
        {
            if (unrouted)
            {
                throw IdentityError.NotFound();
            }
            string verb = http.Request.Method;
            Caller? caller = open.Contains(verb) ? null : await CallerAsync(http);
            if (!handlers.TryGetValue(verb, out IdentityHandler? handler))
            {
                http.Response.Headers.Allow = string.Join(", ", handlers.Keys.Order());
                throw new IdentityError(
                    StatusCodes.Status405MethodNotAllowed,
                    "The method is not allowed for the requested URL."
                );
            }
            await handler(new IdentityRequest(http, caller));
        }
        catch (ServiceError error) when (!http.Response.HasStarted)
        {
            await IdentityError.Of(error).WriteAsync(http);
        }
        catch (IdentityError error) when (!http.Response.HasStarted)
        {
            await error.WriteAsync(http);
        }
        catch (BadHttpRequestException error) when (!http.Response.HasStarted)
        {
            await new IdentityError(error.StatusCode, error.Message).WriteAsync(http);
        }
    }

    private static async Task<Caller> CallerAsync(HttpContext http)
    {
        ITokenValidator tokens = http.RequestServices.GetRequiredService<ITokenValidator>();
        string? text = http.Request.Headers[IdentityRequest.TokenHeader] is [{ Length: > 0 } only] ? only : null;
        ValidToken? token = text is null ? null : await tokens.ValidateAsync(text, http.RequestAborted);
        return token is null
            ? throw ServiceError.Unauthenticated()
            : new Caller(token.ProjectId ?? "", token.UserId, token.Roles, http.RequestId());
    }
}
