using Holdfast.Api.Manila;
using Holdfast.Core;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Native;

internal delegate Task NativeHandler(NativeRequest request);

/// <summary>A path beneath <c>/api/v1</c> and its verbs: another verb is 405; HEAD is GET without its body.</summary>
internal sealed class NativeRoute(string path)
{
    private readonly Dictionary<string, NativeHandler> handlers = new(StringComparer.OrdinalIgnoreCase);

    public string Path { get; } = path;

    public IEnumerable<string> Verbs => handlers.Keys;

    public NativeRoute Get(NativeHandler handler)
    {
        handlers[HttpMethods.Head] = handler;
        return On(HttpMethods.Get, handler);
    }

    public NativeRoute Post(NativeHandler handler) => On(HttpMethods.Post, handler);

    private NativeRoute On(string verb, NativeHandler handler)
    {
        handlers[verb] = handler;
        return this;
    }

    public async Task RunAsync(HttpContext http)
    {
        try
        {
            if (!handlers.TryGetValue(http.Request.Method, out NativeHandler? handler))
            {
                http.Response.Headers.Allow = string.Join(", ", handlers.Keys.Order(StringComparer.Ordinal));
                throw new Problem(
                    StatusCodes.Status405MethodNotAllowed,
                    $"The method is not allowed here; {http.Response.Headers.Allow} are."
                );
            }
            await handler(new NativeRequest(http));
        }
        catch (Problem problem) when (!http.Response.HasStarted)
        {
            await problem.WriteAsync(http);
        }
        catch (Fault fault) when (!http.Response.HasStarted)
        {
            // The query's text is read as Manila's is.
            await Problem.Of(fault).WriteAsync(http);
        }
        catch (ServiceError error) when (!http.Response.HasStarted)
        {
            await Problem.Of(error).WriteAsync(http);
        }
    }
}
