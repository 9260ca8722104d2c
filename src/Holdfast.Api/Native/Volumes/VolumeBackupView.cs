using System.Text.Json;
using Holdfast.Core.Access;
using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Native.Volumes;

/// <summary>A volume's backup that was begun, as docs/api/native.md describes it.</summary>
internal static class VolumeBackupView
{
    public static void Write(Utf8JsonWriter writer, VolumeBackupWork work, Caller caller)
    {
        Backup backup = work.Backup;
        writer.WriteStartObject();
        writer.WriteString("id", backup.Id);
        writer.WriteString("name", backup.Name);
        writer.WriteString("description", backup.Description);
        writer.WriteString("status", backup.Status);
        writer.WriteString("project_id", backup.ProjectId);
        writer.WriteString("user_id", backup.UserId);
        writer.WriteString("volume_id", backup.VolumeId);
        writer.WriteNumber("size", backup.Size);
        writer.WriteString("availability_zone", backup.AvailabilityZone);
        writer.WriteUtc("created_at", backup.CreatedAt);
        writer.WriteString("operation_id", work.Operation.Id);
        writer.WriteEndObject();
    }
}
