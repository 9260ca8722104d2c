using System.Text.Json;

namespace Holdfast.Api.Manila;

/// <summary>The body of a status reset, the same for every resource: <c>{"status": "error"}</c>.</summary>
internal static class ResetStatus
{
    public static string Read(JsonElement action, string[] valid)
    {
        if (action.ValueKind != JsonValueKind.Object || !action.TryGetProperty("status", out JsonElement status))
        {
            throw Fault.BadRequest("Must specify 'status'");
        }
        if (status.ValueKind is JsonValueKind.Array or JsonValueKind.Object)
        {
            throw Fault.BadRequest();
        }
        string? text = status.ValueKind == JsonValueKind.String ? status.AsText("status") : null;
        return text is not null && valid.Contains(text)
            ? text
            : throw Fault.BadRequest($"Invalid state. Valid states: {string.Join(", ", valid)}.");
    }
}
