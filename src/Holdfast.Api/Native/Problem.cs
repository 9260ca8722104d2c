using Holdfast.Api.Manila;
using Holdfast.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Holdfast.Api.Native;

/// <summary>An answer that is an error, as RFC 9457 has it: <c>{"type", "title", "status", "detail"}</c>.</summary>
internal sealed class Problem(int status, string message) : Exception(message)
{
    /// <summary>Headers that speak of a content which an error has not.</summary>
    internal static readonly string[] OfContent =
    [
        HeaderNames.ETag,
        HeaderNames.LastModified,
        HeaderNames.AcceptRanges,
        HeaderNames.ContentRange,
        HeaderNames.ContentDisposition,
        HeaderNames.ContentLength,
    ];

    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(5);

    public static Problem BadRequest(string message) => new(StatusCodes.Status400BadRequest, message);

    public static Problem Unexpected() =>
        new(
            StatusCodes.Status500InternalServerError,
            "The service failed for a reason of its own; its log says more under this request's id."
        );

    /// <summary>Core's errors have the statuses that Manila's API gives them.</summary>
    public static Problem Of(ServiceError error) => Of(Fault.Of(error));

    public static Problem Of(Fault fault) => new(fault.Status, fault.Message) { RetryAfter = fault.RetryAfter };

    public int Status => status;

    public TimeSpan? RetryAfter { get; private init; }

    public async Task WriteAsync(HttpContext http)
    {
        // A download that fails before its first byte has said already what it would be.
        foreach (string header in OfContent)
        {
            http.Response.Headers.Remove(header);
        }
        await using JsonReply reply = new(http.Response, status);
        http.Response.ContentType = "application/problem+json";
        if (RetryAfter is not null || status == StatusCodes.Status503ServiceUnavailable)
        {
            http.Response.Headers.RetryAfter = $"{(int)Math.Ceiling((RetryAfter ?? DefaultWait).TotalSeconds)}";
        }
        reply.Writer.WriteStartObject();
        reply.Writer.WriteString("type", "about:blank");
        reply.Writer.WriteString("title", ReasonPhrases.GetReasonPhrase(status));
        reply.Writer.WriteNumber("status", status);
        reply.Writer.WriteString("detail", Message);
        reply.Writer.WriteEndObject();
        await reply.CompleteAsync(http.RequestAborted);
    }
}
