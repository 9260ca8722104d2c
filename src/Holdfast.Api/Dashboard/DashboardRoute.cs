using Holdfast.Api.Dashboard.Errors;
using Holdfast.Api.Dashboard.SignIn;
using Holdfast.Api.Manila;
using Holdfast.Api.Native;
using Holdfast.Core;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Dashboard;

internal delegate Task DashboardHandler(DashboardRequest request);

/// <summary>
/// A path beneath <c>/dashboard</c> and its verbs. What changes something is a POST, and is taken from a form of our own
/// pages alone: from the same origin, and with the session's form token.
/// </summary>
internal sealed class DashboardRoute(string path)
{
    private readonly Verbs<DashboardHandler> verbs = new();
    private bool isOpen;
    private bool needsNoProject;
    private bool isStream;

    public string Path { get; } = path;

    public DashboardRoute Get(DashboardHandler handler) => On(HttpMethods.Get, handler);

    public DashboardRoute Post(DashboardHandler handler) => On(HttpMethods.Post, handler);

    /// <summary>For whoever has no session.</summary>
    public DashboardRoute Open()
    {
        isOpen = needsNoProject = true;
        return this;
    }

    /// <summary>For a session that has not chosen its project yet.</summary>
    public DashboardRoute WithoutProject()
    {
        needsNoProject = true;
        return this;
    }

    /// <summary>Asked by a script, which is to be told 401 and not to be led to a page.</summary>
    public DashboardRoute Stream()
    {
        isStream = true;
        return this;
    }

    private DashboardRoute On(string verb, DashboardHandler handler)
    {
        verbs.Add(verb, handler);
        return this;
    }

    public async Task RunAsync(HttpContext http)
    {
        PageHeaders.Set(http.Response);
        Session? session = null;
        try
        {
            DashboardHandler handler =
                verbs.Find(http)
                ?? throw new Problem(
                    StatusCodes.Status405MethodNotAllowed,
                    $"The method is not allowed here; {http.Response.Headers.Allow} are."
                );
            bool changes = HttpMethods.IsPost(http.Request.Method);
            if (changes)
            {
                SameOrigin.Require(http);
            }
            session = await Session.ReadAsync(http);
            if (session is null && !isOpen)
            {
                LeadToSignIn(http);
                return;
            }
            if (!needsNoProject && !session!.HasProject)
            {
                DashboardRequest.Lead(http, $"{DashboardRoutes.Base}/projects");
                return;
            }
            DashboardRequest request = new(http, session);
            if (changes)
            {
                await request.ReadFormAsync(needsToken: !isOpen);
            }
            await handler(request);
        }
        catch (Problem problem) when (!http.Response.HasStarted)
        {
            await ErrorPages.WriteAsync(http, session, problem);
        }
        catch (Fault fault) when (!http.Response.HasStarted)
        {
            // Query and forms are read as Manila's are.
            await ErrorPages.WriteAsync(http, session, Problem.Of(fault));
        }
        catch (ServiceError error) when (error.Kind == ServiceErrorKind.Unauthenticated && !http.Response.HasStarted)
        {
            LeadToSignIn(http);
        }
        catch (ServiceError error) when (!http.Response.HasStarted)
        {
            await ErrorPages.WriteAsync(http, session, Problem.Of(error));
        }
    }

    private void LeadToSignIn(HttpContext http)
    {
        if (isStream)
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }
        Session.Forget(http);
        string here = HttpMethods.IsGet(http.Request.Method) ? ReturnPath.Of(http) : ReturnPath.Home;
        DashboardRequest.Lead(http, SignInEndpoints.PathTo(here));
    }
}
