using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Holdfast.SystemTests.Server;

/// <summary>An answer of the service. <paramref name="Body"/> is null when it is empty or not JSON.</summary>
public sealed record Reply(HttpStatusCode Status, HttpResponseHeaders Headers, JsonNode? Body, string Text)
{
    public static async Task<Reply> ReadAsync(HttpResponseMessage response)
    {
        string text = await response.Content.ReadAsStringAsync();
        bool isJson = response.Content.Headers.ContentType?.MediaType == "application/json" && text.Length > 0;
        return new Reply(response.StatusCode, response.Headers, isJson ? JsonNode.Parse(text) : null, text);
    }

    /// <summary>The body's object of that name.</summary>
    /// <exception cref="InvalidOperationException">The answer was not a success; the message has it.</exception>
    public JsonNode this[string name] => Checked().Body![name]!;

    /// <summary>This answer, when it is a success.</summary>
    public Reply Checked() =>
        (int)Status is >= 200 and < 300 ? this : throw new InvalidOperationException($"{(int)Status} {Text}");
}
