using System.Text.Json;
using Holdfast.Core.Access;
using Holdfast.Core.Model;

namespace Holdfast.Api.Native.Holds;

/// <summary>A hold on the wire, as docs/api/native.md describes it.</summary>
internal static class HoldView
{
    public static void Write(Utf8JsonWriter writer, Hold hold, Caller caller)
    {
        writer.WriteStartObject();
        writer.WriteString("id", hold.Id);
        writer.WriteString("backup_id", hold.BackupId);
        writer.WriteString("project_id", hold.ProjectId);
        writer.WriteString("user_id", hold.UserId);
        writer.WriteString("reason", hold.Reason);
        writer.WriteUtc("expires_at", hold.ExpiresAt);
        writer.WriteUtc("created_at", hold.CreatedAt);
        writer.WriteUtc("updated_at", hold.UpdatedAt);
        writer.WriteEndObject();
    }
}
