using Holdfast.Api.Dashboard;
using Holdfast.Api.Dashboard.Errors;
using Holdfast.Api.Manila;
using Holdfast.Api.Native;
using Holdfast.Api.Vbs;
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
        using IDisposable? scope = Log.RequestScope(log, http.RequestId());
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
            await WriteAsync(http, new Fault(error.StatusCode, error.Message));
        }
        catch (ServiceError error) when (!http.Response.HasStarted)
        {
            await WriteAsync(http, Fault.Of(error));
        }
        catch (Exception error) when (!http.Response.HasStarted)
        {
            log.RequestFailed(http.RequestId(), http.Request.Method, http.Request.Path, error);
            await (
                NativeRoutes.Own(http.Request.Path) || DashboardRoutes.Own(http.Request.Path)
                    ? WriteAsync(http, Problem.Unexpected())
                    : WriteAsync(http, Fault.Unexpected())
            );
        }
    }

    /// <summary>In the form of the API that was asked.</summary>
    private static Task WriteAsync(HttpContext http, Fault fault) =>
        NativeRoutes.Own(http.Request.Path) || DashboardRoutes.Own(http.Request.Path)
            ? WriteAsync(http, Problem.Of(fault))
        : VbsRoute.Of(http) is { } vbs ? vbs.WriteAsync(http, fault)
        : fault.WriteAsync(http);

    private static Task WriteAsync(HttpContext http, Problem problem) =>
        DashboardRoutes.Own(http.Request.Path)
            ? ErrorPages.WriteAsync(http, session: null, problem)
            : problem.WriteAsync(http);
}
