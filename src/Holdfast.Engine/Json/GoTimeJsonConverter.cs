using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Engine.Json;

/// <summary>
/// A time as Go's encoding/json has it: RFC 3339, up to nine digits of a second without trailing zeros, any offset.
/// A tick is 100 ns; what is finer is cut off when read.
/// </summary>
internal sealed class GoTimeJsonConverter : JsonConverter<DateTimeOffset>
{
    private const int TickDigits = 7;

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TryParse(reader.GetString(), out DateTimeOffset time)
            ? time
            : throw new JsonException("A time is RFC 3339 text.");

    // Raw, for Go reads a time without undoing escapes, and the encoder would escape the plus of an offset.
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteRawValue($"\"{Format(value)}\"");

    internal static string Format(DateTimeOffset time) =>
        time.Offset == TimeSpan.Zero
            ? time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture)
            : time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", CultureInfo.InvariantCulture);

    internal static bool TryParse(string? text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(
            CutFraction(text),
            "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out time
        );

    private static string? CutFraction(string? text)
    {
        int start = text?.IndexOf('.') + 1 ?? 0;
        if (start == 0)
        {
            return text;
        }
        int length = text.AsSpan(start).IndexOfAnyExceptInRange('0', '9');
        return length <= TickDigits ? text : text!.Remove(start + TickDigits, length - TickDigits);
    }
}
