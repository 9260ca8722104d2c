using System.Text.Json;

namespace Holdfast.Api.Manila.ShareTypes;

/// <summary>Extra specs in a body: text, or a boolean or number as its text (a boolean as Python writes it).</summary>
internal static class ExtraSpecJson
{
    /// <summary>Absent and null are none; anything but an object is 400.</summary>
    public static Dictionary<string, string> Read(JsonElement parent, string name)
    {
        Dictionary<string, string> specs = new(StringComparer.Ordinal);
        if (!parent.TryGetProperty(name, out JsonElement given) || given.ValueKind == JsonValueKind.Null)
        {
            return specs;
        }
        if (given.ValueKind != JsonValueKind.Object)
        {
            throw Fault.BadRequest($"'{name}' must be an object.");
        }
        foreach (JsonProperty spec in given.EnumerateObject())
        {
            specs[spec.Name] = Value(spec);
        }
        return specs;
    }

    public static string Value(JsonProperty spec) =>
        spec.Value.ValueKind switch
        {
            JsonValueKind.True => "True",
            JsonValueKind.False => "False",
            JsonValueKind.String => spec.Value.GetString()!,
            JsonValueKind.Number => spec.Value.GetRawText(),
            _ => throw Fault.BadRequest($"Invalid extra_spec: {spec.Name}: {spec.Value.GetRawText()}"),
        };
}
