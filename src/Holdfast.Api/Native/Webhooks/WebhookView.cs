using System.Text.Json;
using Holdfast.Core.Access;
using Holdfast.Core.Model;

namespace Holdfast.Api.Native.Webhooks;

/// <summary>A webhook on the wire, as docs/api/native.md describes it.</summary>
internal static class WebhookView
{
    public static void Write(Utf8JsonWriter writer, Webhook webhook, Caller caller) =>
        WriteWithSecret(writer, webhook, secret: null);

    /// <param name="secret">Shown to whoever makes it, this once.</param>
    public static void WriteWithSecret(Utf8JsonWriter writer, Webhook webhook, string? secret)
    {
        writer.WriteStartObject();
        writer.WriteString("id", webhook.Id);
        writer.WriteString("project_id", webhook.ProjectId);
        writer.WriteString("user_id", webhook.UserId);
        writer.WriteString("url", webhook.Url);
        writer.WriteStartArray("events");
        foreach (string type in webhook.Events.Items)
        {
            writer.WriteStringValue(type);
        }
        writer.WriteEndArray();
        writer.WriteBoolean("enabled", webhook.Enabled);
        if (secret is not null)
        {
            writer.WriteString("secret", secret);
        }
        writer.WriteUtc("delivered_at", webhook.DeliveredAt);
        writer.WriteString("problem", webhook.Problem);
        writer.WriteUtc("next_try_at", webhook.NotBefore);
        writer.WriteUtc("created_at", webhook.CreatedAt);
        writer.WriteUtc("updated_at", webhook.UpdatedAt);
        writer.WriteEndObject();
    }
}
