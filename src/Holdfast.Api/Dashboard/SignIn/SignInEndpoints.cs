using Holdfast.Api.Identity;
using Holdfast.Api.Native;
using Holdfast.Core;
using Holdfast.Core.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Api.Dashboard.SignIn;

/// <param name="Domain">Where people have domains, the one that is filled in; else null.</param>
/// <param name="Problem">Why nobody was signed in; null where nobody has tried.</param>
public sealed record SignInModel(string Return, string? Domain, string? User, string? Problem);

/// <param name="Return">Where it goes on.</param>
public sealed record ProjectsModel(IReadOnlyList<ProjectChoice> Projects, string Return);

/// <summary>In and out, and the choice of the project.</summary>
internal static class SignInEndpoints
{
    public static readonly DashboardRoute[] Routes =
    [
        new DashboardRoute("sign-in").Get(AskAsync).Post(SignInAsync).Open(),
        new DashboardRoute("sign-out").Post(SignOutAsync).WithoutProject(),
        new DashboardRoute("projects").Get(ChooseAsync).Post(SwitchAsync).WithoutProject(),
    ];

    public static string PathTo(string here) => WithReturn($"{DashboardRoutes.Base}/sign-in", here);

    /// <summary>
    /// Makes the page for nobody: whoever is the first to ask a service that has just started does not wait for code that
    /// runs for the first time.
    /// </summary>
    public static async Task RehearseAsync(IServiceProvider services)
    {
        await using AsyncServiceScope scope = services.CreateAsyncScope();
        HttpContext http = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        await AskAsync(new DashboardRequest(http, session: null));
    }

    private static Task AskAsync(DashboardRequest request) =>
        request.PageAsync<SignInPage, SignInModel>(
            "Sign in",
            section: null,
            new SignInModel(
                ReturnPath.Of(request.Query["return"]),
                request.Service<ISignIn>().DefaultDomain,
                User: null,
                Problem: null
            )
        );

    private static async Task SignInAsync(DashboardRequest request)
    {
        HttpContext http = request.Context;
        ISignIn accounts = request.Service<ISignIn>();
        string here = ReturnPath.Of(request.Field("return"));
        string? user = request.Field("user");
        string? domain = request.Field("domain") ?? accounts.DefaultDomain;
        if (user is null || request.RawField("password") is not { } password)
        {
            await RefuseAsync("Enter your user name and your password.", StatusCodes.Status400BadRequest);
            return;
        }
        Session session;
        try
        {
            string token = await accounts.WithPasswordAsync(
                user,
                domain,
                password,
                ClientAddress.Of(http),
                request.Aborted
            );
            session = await Session.OfAsync(http, token) ?? throw ServiceError.Unauthenticated();
        }
        catch (ServiceError error) when (error.Kind == ServiceErrorKind.Unauthenticated)
        {
            await RefuseAsync("The user name or the password is wrong.", StatusCodes.Status401Unauthorized);
            return;
        }
        catch (ServiceError error) when (error.Kind == ServiceErrorKind.TooManyRequests)
        {
            http.Response.Headers.RetryAfter = $"{Math.Ceiling(error.RetryAfter?.TotalSeconds ?? 1):0}";
            await RefuseAsync(error.Message, StatusCodes.Status429TooManyRequests);
            return;
        }
        if (session.HasProject)
        {
            Session.Keep(http, session.Token);
            request.Lead(here);
            return;
        }
        Person person = await accounts.DescribeAsync(session.Caller, session.Token, request.Aborted);
        if (person.Projects is [var only])
        {
            await ExchangeAsync(request, session, only.Id);
            request.Lead(here);
            return;
        }
        Session.Keep(http, session.Token);
        request.Lead(WithReturn($"{DashboardRoutes.Base}/projects", here));

        Task RefuseAsync(string problem, int status) =>
            request.RenderAsync<SignInPage, SignInModel>(
                person: null,
                // A reader of screens begins with it.
                "Not signed in",
                section: null,
                new SignInModel(here, accounts.DefaultDomain is null ? null : domain, user, problem),
                status
            );
    }

    private static async Task SignOutAsync(DashboardRequest request)
    {
        // First: this browser is signed out even where the token cannot be revoked now, and the page says that it could not.
        Session.Forget(request.Context);
        await request.Service<ISignIn>().RevokeAsync(request.Session.Caller, request.Session.Token, request.Aborted);
        request.Lead($"{DashboardRoutes.Base}/sign-in");
    }

    private static async Task ChooseAsync(DashboardRequest request)
    {
        Person person = await request
            .Service<ISignIn>()
            .DescribeAsync(request.Session.Caller, request.Session.Token, request.Aborted);
        await request.RenderAsync<ProjectsPage, ProjectsModel>(
            person,
            "Choose a project",
            section: null,
            new ProjectsModel(person.Projects, ReturnPath.Of(request.Query["return"])),
            StatusCodes.Status200OK
        );
    }

    private static async Task SwitchAsync(DashboardRequest request)
    {
        string project = request.Field("project_id") ?? throw Problem.BadRequest("Choose a project.");
        try
        {
            await ExchangeAsync(request, request.Session, project);
        }
        catch (ServiceError error) when (error.Kind == ServiceErrorKind.Unauthenticated)
        {
            throw new Problem(StatusCodes.Status404NotFound, "You have no such project, or no role in it any more.");
        }
        request.Lead(ReturnPath.Of(request.Field("return")));
    }

    /// <summary>The session goes on with a token of the project; the one it had is over.</summary>
    private static async Task ExchangeAsync(DashboardRequest request, Session session, string projectId)
    {
        ISignIn accounts = request.Service<ISignIn>();
        string token = await accounts.WithProjectAsync(session.Token, projectId, request.Aborted);
        await accounts.RevokeAsync(session.Caller, session.Token, request.Aborted);
        Session.Keep(request.Context, token);
    }

    private static string WithReturn(string path, string here) =>
        here == ReturnPath.Home ? path : $"{path}?return={Uri.EscapeDataString(here)}";
}
