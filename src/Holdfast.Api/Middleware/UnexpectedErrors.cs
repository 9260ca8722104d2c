using Holdfast.Api.Manila;
using Holdfast.Api.Native;
using Holdfast.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Holdfast.Api.Middleware;

/// <summary>
/// The last resort: a request that failed for a reason of ours gets the stock 500, and the log the reason, under the
/// request's id. A body that is too large or broken in transport keeps the server's own status.
/// </summary>
internal sealed class UnexpectedErrors(RequestDelegate next, ILogger<UnexpectedErrors> log)
{
    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to answer.
        }
        catch (BadHttpRequestException error) when (!http.Response.HasStarted)
        {
            Fault fault = new(error.StatusCode, error.Message);
            await (NativeRoutes.Own(http.Request.Path) ? Problem.Of(fault).WriteAsync(http) : fault.WriteAsync(http));
        }
        catch (ServiceError error) when (!http.Response.HasStarted)
        {
            await (
                NativeRoutes.Own(http.Request.Path)
                    ? Problem.Of(error).WriteAsync(http)
                    : Fault.Of(error).WriteAsync(http)
            );
        }
        catch (Exception error) when (!http.Response.HasStarted)
        {
            log.RequestFailed(http.RequestId(), http.Request.Method, http.Request.Path, error);
            await (
                NativeRoutes.Own(http.Request.Path)
                    ? Problem.Unexpected().WriteAsync(http)
                    : Fault.Unexpected().WriteAsync(http)
            );
        }
    }
}
