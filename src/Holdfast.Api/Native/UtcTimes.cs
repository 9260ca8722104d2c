using System.Globalization;
using System.Text.Json;

namespace Holdfast.Api.Native;

/// <summary>Times of the native API: ISO 8601 with six digits of a second and a Z for UTC.</summary>
internal static class UtcTimes
{
    private const string Written = "yyyy-MM-ddTHH:mm:ss.ffffffZ";
    private const string Read = "yyyy-MM-ddTHH:mm:ss.FFFFFFFK";

    public static void WriteUtc(this Utf8JsonWriter writer, string name, DateTimeOffset? time)
    {
        if (time is not { } value)
        {
            writer.WriteNull(name);
            return;
        }
        Span<char> text = stackalloc char[27];
        value.UtcDateTime.TryFormat(text, out int length, Written, CultureInfo.InvariantCulture);
        writer.WriteString(name, text[..length]);
    }

    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(Written, CultureInfo.InvariantCulture);

    /// <summary>Null for an absent or null member.</summary>
    public static DateTimeOffset? OptionalUtc(this JsonElement parent, string name) =>
        !parent.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? Of(value.GetString()!, name)
        : throw NoTime(name);

    /// <summary>A time without its zone is 400: nobody knows when it is.</summary>
    public static DateTimeOffset Of(string text, string name) =>
        DateTime.TryParseExact(
            text,
            Read,
            CultureInfo.InvariantCulture,
            DateTimeStyles.RoundtripKind,
            out DateTime time
        )
        && time.Kind != DateTimeKind.Unspecified
            ? new DateTimeOffset(time.ToUniversalTime())
            : throw NoTime(name);

    private static Problem NoTime(string name) =>
        Problem.BadRequest($"'{name}' must be a time of ISO 8601 with its zone: 2026-01-02T03:04:05Z.");
}
