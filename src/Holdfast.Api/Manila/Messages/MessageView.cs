using System.Text.Json;
using Holdfast.Core.Model;

namespace Holdfast.Api.Manila.Messages;

/// <summary>A message on the wire.</summary>
internal static class MessageView
{
    public static void Detail(Utf8JsonWriter writer, Message message, ManilaRequest request)
    {
        writer.WriteStartObject();
        writer.WriteString("id", message.Id);
        writer.WriteString("project_id", message.ProjectId);
        writer.WriteString("action_id", message.ActionId);
        writer.WriteString("detail_id", message.DetailId);
        writer.WriteString("message_level", message.MessageLevel);
        writer.WriteTime("created_at", message.CreatedAt);
        writer.WriteTime("expires_at", message.ExpiresAt);
        writer.WriteString("request_id", message.RequestId);
        ResourceLinks.Write(writer, request, "messages", message.Id);
        writer.WriteString("resource_type", message.ResourceType);
        writer.WriteString("resource_id", message.ResourceId);
        writer.WriteString("user_message", message.UserMessage);
        writer.WriteEndObject();
    }
}
