using System.Text.Json;
using System.Text.Unicode;
using Holdfast.Api.Manila;
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

    /// <returns>Null for an empty body.</returns>
    /// <exception cref="Fault">It is not JSON, or has text that is not Unicode.</exception>
    /// <exception cref="BadHttpRequestException">As above.</exception>
    public static async Task<JsonElement?> ReadJsonAsync(HttpContext http)
    {
        byte[] bytes = await ReadAsync(http);
        if (bytes.Length == 0)
        {
            return null;
        }
        try
        {
            return Utf8.IsValid(bytes) && JsonText.IsUnicode(bytes)
                ? JsonElement.Parse(bytes)
                : throw Fault.BadRequest("Malformed request body");
        }
        catch (JsonException)
        {
            throw Fault.BadRequest("Malformed request body");
        }
    }
}
