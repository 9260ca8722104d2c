using Holdfast.Api.Native;
using Holdfast.Core;
using Holdfast.Core.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace Holdfast.Api.Dashboard.Errors;

/// <summary>An error as a page: its status, what it is, and what to do.</summary>
/// <param name="RequestId">By which the service's log knows the request.</param>
public sealed record ErrorModel(int Status, string Name, string Message, string Advice, string RequestId);

internal static class ErrorPages
{
    public static async Task WriteAsync(HttpContext http, Session? session, Problem problem)
    {
        // A download that fails before its first byte has said already what it would be.
        foreach (string header in Problem.OfContent)
        {
            http.Response.Headers.Remove(header);
        }
        PageHeaders.Set(http.Response);
        if (problem.RetryAfter is { } wait)
        {
            http.Response.Headers[HeaderNames.RetryAfter] = $"{Math.Ceiling(wait.TotalSeconds):0}";
        }
        string name = ReasonPhrases.GetReasonPhrase(problem.Status);
        ErrorModel model = new(
            problem.Status,
            name.Length > 0 ? name : "Error",
            problem.Message,
            AdviceOn(problem.Status),
            Middleware.RequestIds.RequestId(http)
        );
        await PageRenderer.SendAsync<ErrorPage, ErrorModel>(
            http,
            session,
            await PersonAsync(http, session),
            model.Name,
            section: null,
            model,
            problem.Status
        );
    }

    /// <summary>Null also where that cannot be said now: the error is to be told all the same.</summary>
    private static async Task<Person?> PersonAsync(HttpContext http, Session? session)
    {
        try
        {
            return session is null
                ? null
                : await http
                    .RequestServices.GetRequiredService<ISignIn>()
                    .DescribeAsync(session.Caller, session.Token, http.RequestAborted);
        }
        catch (ServiceError)
        {
            return null;
        }
    }

    private static string AdviceOn(int status) =>
        status switch
        {
            400 => "Go back, change what you entered and send it again.",
            403 => "If you need this, ask an administrator of the project for a role that allows it.",
            404 =>
                "It may have been deleted, or belong to another project: choose the right project at the top of the page.",
            405 => "Go back to the page before and use its buttons.",
            409 =>
                "Something else is going on with it. Look at the operations, wait until they have ended, and try again.",
            413 => "Delete backups that are not needed any more, or ask an administrator for a larger quota.",
            429 => "Wait a moment, then try again.",
            503 => "This passes by itself when the service can reach its parts again. Try again in a moment.",
            >= 500 => "Tell whoever runs the service the request's id below.",
            _ => "Go back and try again.",
        };
}
