using System.Text.Json;
using Holdfast.Core.Access;
using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Native.Backups;

/// <summary>A backup on the wire, as docs/api/native.md describes it.</summary>
internal static class BackupView
{
    public static void Write(Utf8JsonWriter writer, ProvenBackup row, Caller caller)
    {
        Backup backup = row.Backup;
        writer.WriteStartObject();
        writer.WriteString("id", backup.Id);
        writer.WriteString("kind", backup.OfVolume ? "volume" : "share");
        writer.WriteString("name", backup.Name);
        writer.WriteString("description", backup.Description);
        writer.WriteString("status", backup.Status);
        writer.WriteString("project_id", backup.ProjectId);
        writer.WriteString("user_id", backup.UserId.Length == 0 ? null : backup.UserId);
        writer.WriteString("share_id", backup.ShareId);
        writer.WriteString("volume_id", backup.VolumeId);
        writer.WriteNumber("size", backup.Size);
        writer.WriteString("availability_zone", backup.AvailabilityZone);
        writer.WriteNumber("progress", backup.Progress);
        writer.WriteNumber("restore_progress", backup.RestoreProgress);
        writer.WriteString("capture", backup.Capture);
        WriteOptional(writer, "is_incremental", backup.IsIncremental);
        writer.WriteNumber("item_errors", backup.ItemErrors);
        writer.WriteString("notes", backup.Notes);
        writer.WriteString("fail_reason", backup.FailReason);
        writer.WriteString("schedule_id", backup.ScheduleId);
        writer.WriteString("damage", backup.Damage);
        writer.WriteUtc("data_at", backup.DataAt);
        writer.WriteUtc("proven_at", row.ProvenAt);
        writer.WriteUtc("created_at", backup.CreatedAt);
        writer.WriteUtc("updated_at", backup.UpdatedAt);
        writer.WriteEndObject();
    }

    private static void WriteOptional(Utf8JsonWriter writer, string name, bool? value)
    {
        if (value is { } known)
        {
            writer.WriteBoolean(name, known);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
