using System.Text.Json;

namespace Holdfast.Api.Manila;

/// <summary>Where a resource is: <c>self</c> with the version in its path, <c>bookmark</c> without.</summary>
internal static class ResourceLinks
{
    /// <param name="collection">The path's segment, such as <c>shares</c>.</param>
    public static void Write(Utf8JsonWriter writer, ManilaRequest request, string collection, string id) =>
        Write(writer, $"{request.BaseUrl}/{collection}/{id}", $"{request.BookmarkUrl}/{collection}/{id}");

    public static void Write(Utf8JsonWriter writer, string self, string bookmark)
    {
        writer.WriteStartArray("links");
        writer.WriteStartObject();
        writer.WriteString("rel", "self");
        writer.WriteString("href", self);
        writer.WriteEndObject();
        writer.WriteStartObject();
        writer.WriteString("rel", "bookmark");
        writer.WriteString("href", bookmark);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }
}
