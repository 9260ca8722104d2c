using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api;

/// <summary>A request's body, whole; the server bounds its length.</summary>
internal static class RequestBody
{
    /// <exception cref="BadHttpRequestException">It is too large, is broken in transport, or the client hung up.</exception>
    public static async Task<byte[]> ReadAsync(HttpContext http)
    {
        using MemoryStream bytes = new();
        try
        {
            await http.Request.Body.CopyToAsync(bytes, http.RequestAborted);
        }
        catch (Exception error)
            when (error is (IOException and not BadHttpRequestException) or ConnectionAbortedException)
        {
            // Not our disk's fault, as it would be anywhere else.
            throw new BadHttpRequestException("The request's body broke off.", error);
        }
        return bytes.ToArray();
    }
}
