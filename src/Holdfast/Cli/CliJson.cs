using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Cli;

/// <summary>
/// JSON of the verbs: snake_case members, one object a line. Records in this folder and below are its objects;
/// docs/user describes them, and they only ever gain members.
/// </summary>
internal static class CliJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // Names of files stay readable; the output is no HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new TimeConverter() },
    };

    public static string Line<T>(T value) => JsonSerializer.Serialize(value, Options);

    /// <summary>Reads what a service of ours sent.</summary>
    /// <exception cref="CommandError">It is something else.</exception>
    public static T Read<T>(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(text, Options) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new CommandError(
                ExitCode.Failed,
                "the service answered what this program does not understand",
                "Is it another version, or is something else at its address?"
            );
        }
    }

    /// <summary>RFC 3339 with a Z for UTC, as restic writes it.</summary>
    private sealed class TimeConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(
            ref Utf8JsonReader reader,
            Type typeToConvert,
            JsonSerializerOptions options
        ) => reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(
                value.ToString(
                    value.Offset == TimeSpan.Zero ? "yyyy-MM-ddTHH:mm:ss.FFFFFFFZ" : "yyyy-MM-ddTHH:mm:ss.FFFFFFFzzz",
                    CultureInfo.InvariantCulture
                )
            );
    }
}

/// <summary>Written to standard error when a verb fails under <c>--json</c>.</summary>
internal sealed record ExitErrorObject(int Code, string Message, string? Advice)
{
    [JsonPropertyOrder(-1)]
    public string MessageType => "exit_error";
}
