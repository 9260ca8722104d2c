using System.Globalization;
using System.Text.Json;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;

namespace Holdfast.Api.Native.Audit;

/// <summary>An entry of the audit trail on the wire, as docs/api/native.md describes it.</summary>
internal static class AuditView
{
    public static string Id(AuditEntry entry) => entry.Id.ToString(CultureInfo.InvariantCulture);

    public static void Write(Utf8JsonWriter writer, AuditEntry entry, Caller caller)
    {
        writer.WriteStartObject();
        writer.WriteString("id", Id(entry));
        writer.WriteUtc("at", entry.At);
        writer.WriteString("action", entry.Action);
        writer.WriteString("project_id", entry.ProjectId);
        writer.WriteString("backup_id", entry.BackupId);
        writer.WriteString("object_id", entry.ObjectId);
        writer.WriteString("actor", entry.Actor);
        writer.WriteString("actor_project_id", entry.ActorProjectId);
        writer.WriteString("address", entry.Address);
        writer.WriteString("request_id", entry.RequestId);
        writer.WritePropertyName("details");
        if (entry.Details is { } details)
        {
            writer.WriteRawValue(details);
        }
        else
        {
            writer.WriteNullValue();
        }
        writer.WriteEndObject();
    }
}
