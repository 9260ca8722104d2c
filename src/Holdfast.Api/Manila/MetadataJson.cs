using System.Text.Json;

namespace Holdfast.Api.Manila;

/// <summary>Metadata in a body: an object of texts. How long they may be is the use case's to say.</summary>
internal static class MetadataJson
{
    /// <summary>Absent and null are none; anything but an object of texts is 400.</summary>
    public static Dictionary<string, string> Read(JsonElement parent, string name)
    {
        Dictionary<string, string> metadata = new(StringComparer.Ordinal);
        if (!parent.TryGetProperty(name, out JsonElement given) || given.ValueKind == JsonValueKind.Null)
        {
            return metadata;
        }
        if (given.ValueKind != JsonValueKind.Object)
        {
            throw Fault.BadRequest($"'{name}' must be an object.");
        }
        foreach (JsonProperty pair in given.EnumerateObject())
        {
            metadata[pair.Name] = pair.Value.AsText(name, longest: int.MaxValue) ?? "";
        }
        return metadata;
    }

    /// <summary>Of a body that is there to bring it.</summary>
    public static Dictionary<string, string> Of(ManilaRequest request, string name)
    {
        request.Resource(name, () => Fault.BadRequest("Malformed request body"));
        return Read(request.Body!.Value, name);
    }

    public static void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> metadata)
    {
        writer.WriteStartObject();
        foreach ((string key, string value) in metadata)
        {
            writer.WriteString(key, value);
        }
        writer.WriteEndObject();
    }
}
