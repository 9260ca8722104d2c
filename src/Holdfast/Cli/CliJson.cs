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
    };

    public static string Line<T>(T value) => JsonSerializer.Serialize(value, Options);
}

/// <summary>Written to standard error when a verb fails under <c>--json</c>.</summary>
internal sealed record ExitErrorObject(int Code, string Message, string? Advice)
{
    [JsonPropertyOrder(-1)]
    public string MessageType => "exit_error";
}
