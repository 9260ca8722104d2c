using System.Globalization;
using System.Text.Json;
using Holdfast.Core.Model;

namespace Holdfast.Api.Manila.ShareBackups;

/// <summary>A backup on the wire. Clients assert the exact set of keys, so none may be added.</summary>
internal static class ShareBackupView
{
    private static readonly Microversion WithBackupType = new(2, 85);

    // "0" to "100": progress is text on the wire.
    private static readonly string[] Percent =
    [
        .. Enumerable.Range(0, 101).Select(number => number.ToString(CultureInfo.InvariantCulture)),
    ];

    public static void Summary(Utf8JsonWriter writer, Backup backup, ManilaRequest request)
    {
        writer.WriteStartObject();
        writer.WriteString("id", backup.Id);
        writer.WriteString("name", backup.Name);
        writer.WriteString("share_id", backup.ShareId);
        writer.WriteString("status", backup.Status);
        writer.WriteEndObject();
    }

    public static void Detail(Utf8JsonWriter writer, Backup backup, ManilaRequest request)
    {
        writer.WriteStartObject();
        writer.WriteString("id", backup.Id);
        writer.WriteString("name", backup.Name);
        writer.WriteString("share_id", backup.ShareId);
        writer.WriteString("status", backup.Status);
        writer.WriteString("description", backup.Description);
        writer.WriteNumber("size", backup.Size);
        writer.WriteTime("created_at", backup.CreatedAt);
        writer.WriteTime("updated_at", backup.UpdatedAt);
        writer.WriteString("availability_zone", backup.AvailabilityZone);
        writer.WriteString("progress", Percent[Math.Clamp(backup.Progress, 0, 100)]);
        writer.WriteString("restore_progress", Percent[Math.Clamp(backup.RestoreProgress, 0, 100)]);
        if (request.Version >= WithBackupType)
        {
            writer.WriteString("backup_type", backup.BackupType);
        }
        if (request.Caller.IsHostAdmin)
        {
            writer.WriteString("host", backup.Host);
            writer.WriteString("topic", backup.Topic);
        }
        writer.WriteEndObject();
    }
}
