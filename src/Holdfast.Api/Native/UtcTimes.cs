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
}
