using System.Text.Json;
using Holdfast.Core.Access;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Core.Sources;

namespace Holdfast.Api.Native.Volumes;

/// <summary>A volume on the wire, as docs/api/native.md describes it. Where it lies on the host is for administrators.</summary>
internal static class VolumeView
{
    public static void Write(Utf8JsonWriter writer, Volume volume, Caller caller)
    {
        writer.WriteStartObject();
        WriteMembers(writer, volume, caller);
        writer.WriteEndObject();
    }

    /// <summary>The same, with how well it is protected.</summary>
    public static void Write(Utf8JsonWriter writer, ProtectedVolume row, Caller caller)
    {
        writer.WriteStartObject();
        WriteMembers(writer, row.Volume, caller);
        writer.WritePropertyName("protection");
        ProtectionView.Write(writer, row.Proven, caller);
        writer.WriteEndObject();
    }

    /// <summary>The same, with the operation that was begun.</summary>
    public static void Write(Utf8JsonWriter writer, VolumeWork work, Caller caller)
    {
        writer.WriteStartObject();
        WriteMembers(writer, work.Volume, caller);
        writer.WriteString("operation_id", work.Operation.Id);
        writer.WriteEndObject();
    }

    private static void WriteMembers(Utf8JsonWriter writer, Volume volume, Caller caller)
    {
        writer.WriteString("id", volume.Id);
        writer.WriteString("name", volume.Name);
        writer.WriteString("description", volume.Description);
        writer.WriteString("status", volume.Status);
        writer.WriteString("project_id", volume.ProjectId);
        writer.WriteString("user_id", volume.UserId);
        writer.WriteNumber("size", volume.Size);
        writer.WriteNumber("bytes", volume.Bytes);
        writer.WriteString("kind", volume.Kind);
        writer.WriteBoolean("registered", volume.Adopted);
        writer.WriteString("availability_zone", volume.AvailabilityZone);
        writer.WriteString("source_backup_id", volume.SourceBackupId);
        if (caller.IsAdmin)
        {
            writer.WriteString("node", volume.Host);
            writer.WriteString("root", RootName.Configured(volume.Root));
            writer.WriteString("path", volume.Path);
        }
        writer.WriteUtc("created_at", volume.CreatedAt);
        writer.WriteUtc("updated_at", volume.UpdatedAt);
    }
}
