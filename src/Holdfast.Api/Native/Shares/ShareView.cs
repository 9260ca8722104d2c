using System.Text.Json;
using Holdfast.Api.Native.Drills;
using Holdfast.Core.Access;
using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Native.Shares;

/// <summary>A share and its protection on the wire, as docs/api/native.md describes them.</summary>
internal static class ShareView
{
    public static void Write(Utf8JsonWriter writer, ProtectedShare row, Caller caller)
    {
        Share share = row.Share;
        writer.WriteStartObject();
        writer.WriteString("id", share.Id);
        writer.WriteString("name", share.Name);
        writer.WriteString("description", share.Description);
        writer.WriteString("project_id", share.ProjectId);
        writer.WriteString("status", share.Status);
        writer.WriteNumber("size", share.Size);
        writer.WriteString("protocol", share.Protocol);
        writer.WriteString("availability_zone", share.AvailabilityZone);
        writer.WriteBoolean("is_public", share.IsPublic);
        writer.WriteUtc("created_at", share.CreatedAt);
        writer.WriteStartObject("protection");
        writer.WriteString("state", row.Protection.State);
        writer.WriteString("problem", row.Protection.Problem);
        writer.WriteUtc("recovery_point", row.Protection.GoodAt);
        writer.WriteString("last_good_backup_id", row.Protection.GoodBackupId);
        writer.WriteUtc("last_proven_at", row.LastProvenAt);
        writer.WriteUtc("next_at", row.Protection.NextAt);
        writer.WritePropertyName("last_drill");
        if (row.LastDrill is { } drill)
        {
            DrillView.Write(writer, drill, caller);
        }
        else
        {
            writer.WriteNullValue();
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
