using System.Text.Json;

namespace Holdfast.Api.Manila;

/// <summary>Keys and values that users give their objects, as a body brings them; whatever is not as it should be is 400.</summary>
internal static class MetadataBody
{
    private const int LongestValue = 1023;

    /// <summary>Of <c>{"metadata": {…}}</c>.</summary>
    public static Dictionary<string, string> Of(JsonElement? body) =>
        body is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty("metadata", out JsonElement metadata)
            ? Read(metadata)
            : throw Fault.BadRequest("Malformed request body");

    public static Dictionary<string, string> Read(JsonElement metadata)
    {
        if (metadata.ValueKind != JsonValueKind.Object)
        {
            throw Fault.BadRequest("Malformed request body");
        }
        Dictionary<string, string> read = new(StringComparer.Ordinal);
        foreach (JsonProperty pair in metadata.EnumerateObject())
        {
            if (string.IsNullOrEmpty(pair.Name) || pair.Name.Contains('\0'))
            {
                throw Fault.BadRequest("Metadata property key is blank.");
            }
            if (pair.Name.Length > JsonText.Longest)
            {
                throw Fault.BadRequest($"Metadata property key is greater than {JsonText.Longest} characters.");
            }
            string? value = pair.Value.AsText("metadata", int.MaxValue);
            if (string.IsNullOrEmpty(value))
            {
                throw Fault.BadRequest("Metadata property value is blank.");
            }
            if (value.Length > LongestValue)
            {
                throw Fault.BadRequest($"Metadata property value is greater than {LongestValue} characters.");
            }
            read[pair.Name] = value;
        }
        return read;
    }
}
