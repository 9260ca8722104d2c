using System.Text.Json;
using Holdfast.Core.Access;
using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Native.Schedules;

/// <summary>A schedule on the wire, as docs/api/native.md describes it.</summary>
internal static class ScheduleView
{
    public static void Write(Utf8JsonWriter writer, Schedule schedule, Caller caller)
    {
        writer.WriteStartObject();
        writer.WriteString("id", schedule.Id);
        writer.WriteString("name", schedule.Name);
        writer.WriteString("project_id", schedule.ProjectId);
        writer.WriteString("user_id", schedule.UserId);
        writer.WriteString("share_id", schedule.ShareId);
        writer.WriteString("volume_id", schedule.VolumeId);
        writer.WriteString("cron", schedule.Cron);
        writer.WriteString("time_zone", schedule.TimeZone);
        writer.WriteBoolean("enabled", schedule.Enabled);
        RetentionJson.Write(writer, schedule.Retention);
        writer.WriteUtc("next_at", schedule.NextAt);
        writer.WriteUtc("last_at", schedule.LastAt);
        writer.WriteString("last_backup_id", schedule.LastBackupId);
        writer.WriteString("problem", schedule.Problem);
        writer.WriteUtc("created_at", schedule.CreatedAt);
        writer.WriteUtc("updated_at", schedule.UpdatedAt);
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, SchedulePreview preview, Caller caller)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("next_times");
        foreach (DateTimeOffset next in preview.NextTimes)
        {
            writer.WriteStringValue(UtcTimes.Text(next));
        }
        writer.WriteEndArray();
        writer.WriteStartArray("backups");
        foreach (RetainedBackup one in preview.Backups)
        {
            writer.WriteStartObject();
            writer.WriteString("id", one.Backup.Id);
            writer.WriteString("name", one.Backup.Name);
            writer.WriteString("status", one.Backup.Status);
            writer.WriteUtc("data_at", one.Backup.DataAt);
            writer.WriteUtc("created_at", one.Backup.CreatedAt);
            writer.WriteString("action", one.Goes ? "delete" : "keep");
            writer.WriteStartArray("reasons");
            foreach (string reason in one.Reasons)
            {
                writer.WriteStringValue(reason);
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
