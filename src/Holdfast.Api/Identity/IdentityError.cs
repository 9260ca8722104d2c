using System.Text.Json.Nodes;
using Holdfast.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Api.Identity;

/// <summary>An answer that is an error, in Keystone's shape: <c>{"error": {"code": 404, "title": "Not Found", "message": "…"}}</c>.</summary>
internal sealed class IdentityError(int status, string message) : Exception(message)
{
    public int Status { get; } = status;

    public TimeSpan? RetryAfter { get; init; }

    public static IdentityError BadRequest(string message) => new(StatusCodes.Status400BadRequest, message);

    public static IdentityError NotFound() =>
        new(StatusCodes.Status404NotFound, "The requested URL was not found on the server.");

    /// <summary>The one place where Core's errors become identity's statuses.</summary>
    public static IdentityError Of(ServiceError error) =>
        new(
            error.Kind switch
            {
                ServiceErrorKind.Invalid or ServiceErrorKind.Unprocessable => StatusCodes.Status400BadRequest,
                ServiceErrorKind.Unauthenticated => StatusCodes.Status401Unauthorized,
                ServiceErrorKind.Forbidden => StatusCodes.Status403Forbidden,
                ServiceErrorKind.NotFound => StatusCodes.Status404NotFound,
                ServiceErrorKind.Conflict => StatusCodes.Status409Conflict,
                ServiceErrorKind.OverLimit => StatusCodes.Status413PayloadTooLarge,
                ServiceErrorKind.TooManyRequests => StatusCodes.Status429TooManyRequests,
                ServiceErrorKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
                _ => StatusCodes.Status500InternalServerError,
            },
            error.Message
        )
        {
            RetryAfter = error.RetryAfter,
        };

    public Task WriteAsync(HttpContext http)
    {
        if (Status == StatusCodes.Status401Unauthorized)
        {
            string login = http.RequestServices.GetRequiredService<ApiOptions>().LoginUrl;
            http.Response.Headers.WWWAuthenticate = $"Keystone uri=\"{login}\"";
        }
        if (RetryAfter is { } wait)
        {
            http.Response.Headers.RetryAfter = $"{(long)Math.Ceiling(wait.TotalSeconds)}";
        }
        JsonObject error = new()
        {
            ["code"] = Status,
            ["title"] = ReasonPhrases.GetReasonPhrase(Status),
            ["message"] = Message,
        };
        return IdentityReply.WriteAsync(http, Status, new JsonObject { ["error"] = error });
    }
}
