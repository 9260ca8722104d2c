using System.Text.Json;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Api.Native.Sharings;

/// <summary>A sharing on the wire, as docs/api/native.md describes it.</summary>
internal static class SharingView
{
    public static void Write(Utf8JsonWriter writer, SharedBackup row, Caller caller)
    {
        Backup backup = row.Backup;
        writer.WriteStartObject();
        WriteMembers(writer, row.Sharing);
        writer.WriteStartObject("backup");
        writer.WriteString("id", backup.Id);
        writer.WriteString("name", backup.Name);
        writer.WriteString("status", backup.Status);
        writer.WriteString("share_id", backup.ShareId);
        writer.WriteString("volume_id", backup.VolumeId);
        writer.WriteNumber("size", backup.Size);
        writer.WriteString("availability_zone", backup.AvailabilityZone);
        writer.WriteUtc("created_at", backup.CreatedAt);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, Sharing sharing, Caller caller)
    {
        writer.WriteStartObject();
        WriteMembers(writer, sharing);
        writer.WriteEndObject();
    }

    public static void WriteAll(Utf8JsonWriter writer, IReadOnlyList<Sharing> sharings, Caller caller)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("sharings");
        foreach (Sharing sharing in sharings)
        {
            Write(writer, sharing, caller);
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteMembers(Utf8JsonWriter writer, Sharing sharing)
    {
        writer.WriteString("id", sharing.Id);
        writer.WriteString("backup_id", sharing.BackupId);
        writer.WriteString("from_project_id", sharing.FromProjectId);
        writer.WriteString("to_project_id", sharing.ToProjectId);
        writer.WriteString("state", sharing.State);
        writer.WriteUtc("expires_at", sharing.ExpiresAt);
        writer.WriteUtc("created_at", sharing.CreatedAt);
        writer.WriteUtc("updated_at", sharing.UpdatedAt);
    }
}
