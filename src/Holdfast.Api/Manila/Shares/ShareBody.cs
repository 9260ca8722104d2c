using System.Globalization;
using System.Text.Json;

namespace Holdfast.Api.Manila.Shares;

/// <summary>What bodies that make or change a share have in common.</summary>
internal static class ShareBody
{
    public static JsonElement Share(this ManilaRequest request) =>
        request.Resource("share", () => new Fault(422, "Body does not contain 'share' information."));

    public static string? Name(this JsonElement body) => body.OptionalText("name") ?? body.OptionalText("display_name");

    public static string? Description(this JsonElement body) =>
        body.OptionalText("description") ?? body.OptionalText("display_description");

    public static string Required(this JsonElement body, string name, int longest = JsonText.Longest) =>
        body.OptionalText(name, longest) is { Length: > 0 } text
            ? text
            : throw Fault.BadRequest($"'{name}' is missing from the request body.");

    /// <summary>GiB; a number or its text.</summary>
    public static int? Size(this JsonElement body)
    {
        if (!body.TryGetProperty("size", out JsonElement size) || size.ValueKind == JsonValueKind.Null)
        {
            return null;
        }
        string text = size.ValueKind is JsonValueKind.String or JsonValueKind.Number
            ? size.AsText("size")!
            : size.ValueKind.ToString();
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0
            ? value
            : throw NoSize(text);
    }

    public static Fault NoSize(string text) =>
        Fault.BadRequest($"Share size '{text}' must be an integer and greater than 0.");

    public static JsonElement? OptionalObject(this JsonElement body, string name)
    {
        if (!body.TryGetProperty(name, out JsonElement given) || given.ValueKind == JsonValueKind.Null)
        {
            return null;
        }
        return given.ValueKind == JsonValueKind.Object ? given : throw Fault.BadRequest($"'{name}' must be an object.");
    }

    public static bool Flag(this JsonElement body, string name) =>
        body.TryGetProperty(name, out JsonElement value)
        && value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False or JsonValueKind.Null => false,
            JsonValueKind.String or JsonValueKind.Number => Truth.Of(value.AsText(name)),
            _ => throw Fault.BadRequest($"'{name}' must be true or false."),
        };
}
