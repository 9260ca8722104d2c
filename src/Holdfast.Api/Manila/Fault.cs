using Holdfast.Core;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Manila;

/// <summary>An answer that is an error, in Manila's envelope: <c>{"itemNotFound": {"code": 404, "message": "…"}}</c>.</summary>
internal sealed class Fault(int status, string message) : Exception(message)
{
    public int Status { get; } = status;

    /// <summary>When to ask again; null where nobody knows. A 413 always says at once.</summary>
    public TimeSpan? RetryAfter { get; init; }

    // WebOb's stock texts, line ends included: clients print them.
    public static Fault BadRequest() =>
        new(
            400,
            "The server could not comply with the request since\r\nit is either malformed or otherwise incorrect.\r\n"
        );

    public static Fault BadRequest(string message) => new(400, message);

    public static Fault NotFound() => new(404, "The resource could not be found.");

    public static Fault NotFound(string message) => new(404, message);

    public static Fault Unexpected() =>
        new(500, "The server has either erred or is incapable of performing\r\nthe requested operation.\r\n");

    /// <summary>The one place where Core's errors become Manila's statuses.</summary>
    public static Fault Of(ServiceError error) =>
        new(
            error.Kind switch
            {
                ServiceErrorKind.Invalid => 400,
                ServiceErrorKind.Forbidden => 403,
                ServiceErrorKind.NotFound => 404,
                ServiceErrorKind.Conflict => 409,
                ServiceErrorKind.OverLimit => 413,
                ServiceErrorKind.Unprocessable => 422,
                ServiceErrorKind.TooManyRequests => 429,
                ServiceErrorKind.Unavailable => 503,
                _ => 500,
            },
            error.Message
        )
        {
            RetryAfter = error.RetryAfter,
        };

    private string Name =>
        Status switch
        {
            400 => "badRequest",
            401 => "unauthorized",
            403 => "forbidden",
            404 => "itemNotFound",
            405 => "badMethod",
            409 => "conflictingRequest",
            413 or 429 => "overLimit",
            415 => "badMediaType",
            501 => "notImplemented",
            503 => "serviceUnavailable",
            _ => "computeFault",
        };

    public async Task WriteAsync(HttpContext http)
    {
        await using JsonReply reply = new(http.Response, Status);
        reply.Writer.WriteStartObject();
        reply.Writer.WriteStartObject(Name);
        reply.Writer.WriteNumber("code", Status);
        reply.Writer.WriteString("message", Message);
        if (Status == 413)
        {
            reply.Writer.WriteString("retryAfter", "0");
        }
        reply.Writer.WriteEndObject();
        reply.Writer.WriteEndObject();
        // Never without a reason: python-manilaclient shows no message of an error with this header, but of a 413.
        if (Status == 413 || RetryAfter is not null)
        {
            http.Response.Headers.RetryAfter = $"{RetryAfter?.TotalSeconds ?? 0:0}";
        }
        await reply.CompleteAsync(http.RequestAborted);
    }

    /// <summary>What Manila's router, rather than its resources, says of a path or method that it does not route.</summary>
    public static async Task WriteUnroutedAsync(HttpContext http)
    {
        await using JsonReply reply = new(http.Response, 404);
        reply.Writer.WriteStartObject();
        reply.Writer.WriteString("message", "The resource could not be found.<br /><br />\n\n\n");
        reply.Writer.WriteString("code", "404 Not Found");
        reply.Writer.WriteString("title", "Not Found");
        reply.Writer.WriteEndObject();
        await reply.CompleteAsync(http.RequestAborted);
    }
}
