using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Identity;

/// <summary>Writes a reply whole, with its length. Caches are told that it depends on who asks.</summary>
internal static class IdentityReply
{
    private static readonly JsonSerializerOptions Relaxed = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static async Task WriteAsync(HttpContext http, int status, JsonObject body)
    {
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(body, Relaxed);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = bytes.Length;
        http.Response.Headers.Vary = "X-Auth-Token";
        await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }
}
