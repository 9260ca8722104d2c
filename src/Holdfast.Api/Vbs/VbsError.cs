using Holdfast.Api.Manila;
using Holdfast.Core;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Vbs;

/// <summary>
/// An answer that is an error of the calls that VBS added to Cinder's: <c>{"error": {"message": "…", "code":
/// "VolumeBackup.0010"}}</c>.
/// </summary>
/// <param name="code">Of the vendor's table; docs/api/vbs.md lists those that are used.</param>
internal sealed class VbsError(int status, string code, string message) : Exception(message)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>With the code that says the same in general, where no call knows one that says more.</summary>
    public static VbsError Of(Fault fault) =>
        new(
            fault.Status,
            fault.Status switch
            {
                StatusCodes.Status403Forbidden => "VolumeBackup.0042",
                StatusCodes.Status404NotFound => "VolumeBackup.0043",
                StatusCodes.Status409Conflict => "VolumeBackup.0014",
                StatusCodes.Status501NotImplemented => "AutoBackup.0222",
                StatusCodes.Status503ServiceUnavailable => "VolumeBackup.0900",
                >= 500 => "AutoBackup.0009",
                _ => "VolumeBackup.0002",
            },
            fault.Message
        )
        {
            RetryAfter = fault.RetryAfter,
        };

    /// <summary>The call's result; what it refuses has the code that the table has for it, where it has one.</summary>
    public static async Task<T> CodedAsync<T>(Task<T> call, Func<Refusal, string?> codeOf)
    {
        try
        {
            return await call;
        }
        catch (ServiceError error) when (codeOf(error.Refusal) is { } code)
        {
            throw new VbsError(Fault.Of(error).Status, code, error.Message) { RetryAfter = error.RetryAfter };
        }
    }

    public async Task WriteAsync(HttpContext http)
    {
        await using JsonReply reply = new(http.Response, Status);
        if (RetryAfter is { } wait)
        {
            http.Response.Headers.RetryAfter = $"{Math.Ceiling(wait.TotalSeconds):0}";
        }
        reply.Writer.WriteStartObject();
        reply.Writer.WriteStartObject("error");
        reply.Writer.WriteString("message", Message);
        reply.Writer.WriteString("code", Code);
        reply.Writer.WriteEndObject();
        reply.Writer.WriteEndObject();
        await reply.CompleteAsync(http.RequestAborted);
    }
}
