using System.Text.Json;

namespace Holdfast.Api.Native;

/// <summary>Times of the native API: ISO 8601 with six digits of a second and a Z for UTC.</summary>
internal static class UtcTimes
{
    public static void WriteUtc(this Utf8JsonWriter writer, string name, DateTimeOffset? time)
    {
        if (time is not { } value)
        {
            writer.WriteNull(name);
            return;
        }
        Span<char> text = stackalloc char[27];
        value.UtcDateTime.TryFormat(text, out int length, "yyyy-MM-ddTHH:mm:ss.ffffffZ");
        writer.WriteString(name, text[..length]);
    }

    /// <summary>Null for an absent or null member. A time without its zone is 400: nobody knows when it is.</summary>
    public static DateTimeOffset? OptionalUtc(this JsonElement parent, string name)
    {
        if (!parent.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }
        return
            value.ValueKind == JsonValueKind.String
            && value.TryGetDateTime(out DateTime time)
            && time.Kind != DateTimeKind.Unspecified
            && value.TryGetDateTimeOffset(out DateTimeOffset utc)
            ? utc.ToUniversalTime()
            : throw Problem.BadRequest($"'{name}' must be a time of ISO 8601 with its zone: 2026-01-02T03:04:05Z.");
    }
}
