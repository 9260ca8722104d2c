using System.Text.Json;

namespace Holdfast.Api.Manila;

/// <summary>Times as OpenStack writes them: UTC with six digits of a second and no zone.</summary>
internal static class Timestamps
{
    public static void WriteTime(this Utf8JsonWriter writer, string name, DateTimeOffset? time)
    {
        if (time is not { } value)
        {
            writer.WriteNull(name);
            return;
        }
        Span<char> text = stackalloc char[26];
        value.UtcDateTime.TryFormat(text, out int length, "yyyy-MM-ddTHH:mm:ss.ffffff");
        writer.WriteString(name, text[..length]);
    }
}
