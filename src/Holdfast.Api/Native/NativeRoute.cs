using Holdfast.Api.Manila;
using Holdfast.Core;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Native;

internal delegate Task NativeHandler(NativeRequest request);

/// <summary>A path beneath <c>/api/v1</c> and its verbs: another verb is 405; HEAD is GET without its body.</summary>
internal sealed class NativeRoute(string path)
{
    private readonly Verbs<NativeHandler> verbs = new();

    public string Path { get; } = path;

    public IEnumerable<string> Verbs => verbs.Names;

    public NativeRoute Get(NativeHandler handler) => On(HttpMethods.Get, handler);

    public NativeRoute Post(NativeHandler handler) => On(HttpMethods.Post, handler);

    public NativeRoute Patch(NativeHandler handler) => On(HttpMethods.Patch, handler);

    public NativeRoute Delete(NativeHandler handler) => On(HttpMethods.Delete, handler);

    private NativeRoute On(string verb, NativeHandler handler)
    {
        verbs.Add(verb, handler);
        return this;
    }

    public async Task RunAsync(HttpContext http)
    {
        try
        {
            NativeHandler handler =
                verbs.Find(http)
                ?? throw new Problem(
                    StatusCodes.Status405MethodNotAllowed,
                    $"The method is not allowed here; {http.Response.Headers.Allow} are."
                );
            await handler(new NativeRequest(http));
        }
        catch (Problem problem) when (!http.Response.HasStarted)
        {
            await problem.WriteAsync(http);
        }
        catch (Fault fault) when (!http.Response.HasStarted)
        {
            // Query and body are read as Manila's are.
            await Problem.Of(fault).WriteAsync(http);
        }
        catch (ServiceError error) when (!http.Response.HasStarted)
        {
            await Problem.Of(error).WriteAsync(http);
        }
    }
}
