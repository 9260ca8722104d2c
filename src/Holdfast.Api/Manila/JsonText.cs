using System.Text.Json;
using Holdfast.Core.Services;

namespace Holdfast.Api.Manila;

/// <summary>Reads values out of a request body that a client controls; whatever is not as it should be is 400.</summary>
internal static class JsonText
{
    /// <summary>The column width of names and descriptions, characters.</summary>
    public const int Longest = 255;

    /// <summary>Null for an absent or null member; a number as its text; anything else that is not text is 400.</summary>
    public static string? OptionalText(this JsonElement parent, string name, int longest = Longest) =>
        parent.TryGetProperty(name, out JsonElement value) ? value.AsText(name, longest) : null;

    /// <summary>A text with two names, of which the first counts where both are there.</summary>
    /// <returns>Not set where neither is there; a null that is there clears.</returns>
    public static (bool Set, string? Value) EitherText(this JsonElement body, string name, string other)
    {
        string key = body.TryGetProperty(name, out _) ? name : other;
        return body.TryGetProperty(key, out JsonElement value) ? (true, value.AsText(key)) : (false, null);
    }

    public static string? AsText(this JsonElement value, string name, int longest = Longest)
    {
        string? text = value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.String => value.GetString(),
            _ => throw Fault.BadRequest($"'{name}' must be text."),
        };
        if (text?.Contains('\0') == true)
        {
            throw Fault.BadRequest($"'{name}' must not contain a NUL character.");
        }
        return Texts.IsLonger(text, longest)
            ? throw Fault.BadRequest($"'{name}' must not be longer than {longest} characters.")
            : text;
    }

    /// <summary>Text that must be there and not be empty; a number is none.</summary>
    public static string RequiredText(this JsonElement parent, string name, int longest = Longest) =>
        parent.TryGetProperty(name, out JsonElement value)
        && value.ValueKind == JsonValueKind.String
        && value.AsText(name, longest) is { Length: > 0 } text
            ? text
            : throw Fault.BadRequest($"'{name}' must be text, and not empty.");

    /// <summary>A list of such texts, which may be empty.</summary>
    public static IReadOnlyList<string> RequiredTexts(this JsonElement parent, string name, int longest = Longest) =>
        parent.TryGetProperty(name, out JsonElement list)
        && list.ValueKind == JsonValueKind.Array
        && list.EnumerateArray().All(one => one.ValueKind == JsonValueKind.String)
            ? [.. list.EnumerateArray().Select(one => one.AsText(name, longest)!)]
            : throw Fault.BadRequest($"'{name}' must be a list of texts.");

    /// <summary>Null for an absent or null member.</summary>
    public static IReadOnlyList<string>? OptionalTexts(this JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null
            ? parent.RequiredTexts(name)
            : null;

    /// <summary>Null for an absent or null member.</summary>
    public static bool? OptionalFlag(this JsonElement parent, string name) =>
        !parent.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Fault.BadRequest($"'{name}' must be true or false.");

    /// <summary>What Python calls falsy: null, false, zero, and empty text, list or object.</summary>
    public static bool IsFalsy(this JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.False or JsonValueKind.Undefined => true,
            JsonValueKind.Number => value.TryGetDouble(out double number) && number == 0,
            JsonValueKind.String => value.ValueEquals(""),
            JsonValueKind.Array => value.GetArrayLength() == 0,
            JsonValueKind.Object => !value.EnumerateObject().MoveNext(),
            _ => false,
        };

    /// <summary>
    /// Whether every text and name is Unicode: an escape may be half of a character, which has no UTF-8. Asked once of a
    /// whole body, so that no reader of a part of it need ask.
    /// </summary>
    /// <exception cref="JsonException">It is not JSON at all.</exception>
    public static bool IsUnicode(ReadOnlySpan<byte> utf8)
    {
        Utf8JsonReader reader = new(utf8);
        try
        {
            while (reader.Read())
            {
                if (reader.ValueIsEscaped)
                {
                    reader.GetString();
                }
            }
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
