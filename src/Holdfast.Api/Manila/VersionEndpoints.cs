using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Api.Manila;

/// <summary>Discovery: what clients read to choose a microversion. <c>GET /</c> needs no token and answers 300.</summary>
internal static class VersionEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.Map("/", http => RootAsync(http));
        ManilaResource document = new ManilaResource("").On("GET", WriteAsync);
        routes.Map("/v2", http => ManilaPipeline.RunAsync(http, document));
    }

    private static async Task RootAsync(HttpContext http)
    {
        if (!HttpMethods.IsGet(http.Request.Method))
        {
            await Fault.BadRequest().WriteAsync(http);
            return;
        }
        await using JsonReply reply = new(http.Response, StatusCodes.Status300MultipleChoices);
        Write(reply.Writer, http.RequestServices.GetRequiredService<ApiOptions>().PublicUrl);
        await reply.CompleteAsync(http.RequestAborted);
    }

    private static Task WriteAsync(ManilaRequest request) =>
        request.ReplyAsync(
            StatusCodes.Status200OK,
            "versions",
            request.BookmarkUrl,
            static (writer, url, _) => WriteList(writer, url)
        );

    private static void Write(Utf8JsonWriter writer, string publicUrl)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("versions");
        WriteList(writer, publicUrl);
        writer.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter writer, string publicUrl)
    {
        writer.WriteStartArray();
        writer.WriteStartObject();
        writer.WriteString("id", "v2.0");
        writer.WriteString("status", "CURRENT");
        writer.WriteString("version", Microversion.Newest.ToString());
        writer.WriteString("min_version", Microversion.Oldest.ToString());
        // The moment Manila's v2 became current; a constant of the API, not of this release.
        writer.WriteString("updated", "2015-08-27T11:33:21Z");
        writer.WriteStartArray("links");
        writer.WriteStartObject();
        writer.WriteString("rel", "describedby");
        writer.WriteString("type", "text/html");
        writer.WriteString("href", "http://docs.openstack.org/");
        writer.WriteEndObject();
        writer.WriteStartObject();
        writer.WriteString("rel", "self");
        writer.WriteString("href", $"{publicUrl}/v2/");
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteStartArray("media-types");
        writer.WriteStartObject();
        writer.WriteString("base", "application/json");
        writer.WriteString("type", "application/vnd.openstack.share+json;version=1");
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
    }
}
