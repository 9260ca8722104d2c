using System.Text.Json;
using Holdfast.Core.Model;

namespace Holdfast.Api.Manila.Shares;

/// <summary>A share on the wire; each key from the microversion on that brought it.</summary>
internal static class ShareView
{
    public static Task ReplyAsync(ManilaRequest request, Share share) =>
        request.ReplyAsync(200, "share", share, Detail);

    public static void Summary(Utf8JsonWriter writer, Share share, ManilaRequest request)
    {
        writer.WriteStartObject();
        writer.WriteString("id", share.Id);
        writer.WriteString("name", share.Name);
        ResourceLinks.Write(writer, request, "shares", share.Id);
        writer.WriteEndObject();
    }

    public static void Detail(Utf8JsonWriter writer, Share share, ManilaRequest request)
    {
        int minor = request.Version.Minor;
        writer.WriteStartObject();
        writer.WriteString("id", share.Id);
        writer.WriteNumber("size", share.Size);
        writer.WriteString("availability_zone", share.AvailabilityZone);
        writer.WriteTime("created_at", share.CreatedAt);
        writer.WriteString("status", share.Status);
        writer.WriteString("name", share.Name);
        writer.WriteString("description", share.Description);
        writer.WriteString("project_id", share.ProjectId);
        writer.WriteString("snapshot_id", share.SnapshotId);
        writer.WriteNull("share_network_id");
        writer.WriteString("share_proto", share.Protocol);
        writer.WritePropertyName("metadata");
        MetadataJson.Write(writer, share.Metadata);
        writer.WriteString("share_type", minor >= 6 ? share.ShareTypeId : share.ShareTypeName);
        writer.WriteString("volume_type", share.ShareTypeName);
        writer.WriteBoolean("is_public", share.IsPublic);
        ResourceLinks.Write(writer, request, "shares", share.Id);
        if (minor < 9)
        {
            WriteExportLocations(writer, share);
        }
        WriteSince2To32(writer, share, minor);
        WriteSince54(writer, share, minor);
        if (request.Caller.IsHostAdmin)
        {
            writer.WriteString("host", share.Host);
            writer.WriteNull("share_server_id");
        }
        writer.WriteEndObject();
    }

    private static void WriteSince2To32(Utf8JsonWriter writer, Share share, int minor)
    {
        if (minor >= 2)
        {
            WriteSpec(writer, share, ExtraSpec.SnapshotSupport);
        }
        if (minor >= 5)
        {
            writer.WriteString("task_state", share.TaskState);
        }
        if (minor >= 6)
        {
            writer.WriteString("share_type_name", share.ShareTypeName);
        }
        if (minor >= 10)
        {
            writer.WriteString("access_rules_status", "active");
        }
        if (minor >= 11)
        {
            writer.WriteString("replication_type", share.ExtraSpecs.GetValueOrDefault(ExtraSpec.ReplicationType));
            writer.WriteBoolean("has_replicas", false);
        }
        if (minor >= 16)
        {
            writer.WriteString("user_id", share.UserId);
        }
        if (minor >= 24)
        {
            WriteSpec(writer, share, ExtraSpec.CreateShareFromSnapshotSupport);
        }
        if (minor >= 27)
        {
            // Neither this nor mounting is there, whatever the type says.
            writer.WriteBoolean(ExtraSpec.RevertToSnapshotSupport, false);
        }
        if (minor >= 31)
        {
            writer.WriteNull("share_group_id");
            writer.WriteNull("source_share_group_snapshot_member_id");
        }
        if (minor >= 32)
        {
            writer.WriteBoolean(ExtraSpec.MountSnapshotSupport, false);
        }
    }

    private static void WriteSince54(Utf8JsonWriter writer, Share share, int minor)
    {
        if (minor >= 54)
        {
            // Of the share's making; a backup's own progress has no percent sign.
            writer.WriteString("progress", share.Status == ShareStatus.Creating ? "0%" : "100%");
        }
        if (minor >= 69)
        {
            writer.WriteBoolean("is_soft_deleted", share.ScheduledToBeDeletedAt is not null);
            writer.WriteTime("scheduled_to_be_deleted_at", share.ScheduledToBeDeletedAt);
        }
        if (minor >= 80)
        {
            writer.WriteString("source_backup_id", share.SourceBackupId);
        }
        if (minor >= 90)
        {
            writer.WriteNull("encryption_key_ref");
        }
        if (minor >= 99)
        {
            WriteSpec(writer, share, ExtraSpec.SnapshotInheritShareAccessSupport);
        }
    }

    /// <summary>They have a resource of their own since 2.9.</summary>
    private static void WriteExportLocations(Utf8JsonWriter writer, Share share)
    {
        writer.WriteString("export_location", share.ExportPath);
        writer.WriteStartArray("export_locations");
        if (share.ExportPath is { } path)
        {
            writer.WriteStringValue(path);
        }
        writer.WriteEndArray();
    }

    private static void WriteSpec(Utf8JsonWriter writer, Share share, string name) =>
        writer.WriteBoolean(name, share.ExtraSpecs.IsTrue(name));
}
