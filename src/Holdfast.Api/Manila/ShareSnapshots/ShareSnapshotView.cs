using System.Text.Json;
using Holdfast.Core.Model;

namespace Holdfast.Api.Manila.ShareSnapshots;

/// <summary>A share snapshot on the wire; each key from the microversion on that brought it.</summary>
internal static class ShareSnapshotView
{
    public static void Summary(Utf8JsonWriter writer, ShareSnapshot snapshot, ManilaRequest request)
    {
        writer.WriteStartObject();
        writer.WriteString("id", snapshot.Id);
        writer.WriteString("name", snapshot.Name);
        ResourceLinks.Write(writer, request, "snapshots", snapshot.Id);
        writer.WriteEndObject();
    }

    public static void Detail(Utf8JsonWriter writer, ShareSnapshot snapshot, ManilaRequest request)
    {
        int minor = request.Version.Minor;
        writer.WriteStartObject();
        writer.WriteString("id", snapshot.Id);
        writer.WriteString("share_id", snapshot.ShareId);
        writer.WriteNumber("share_size", snapshot.Size);
        writer.WriteTime("created_at", snapshot.CreatedAt);
        writer.WriteString("status", snapshot.Status);
        writer.WriteString("name", snapshot.Name);
        writer.WriteString("description", snapshot.Description);
        writer.WriteNumber("size", snapshot.Size);
        writer.WriteString("share_proto", snapshot.Protocol);
        ResourceLinks.Write(writer, request, "snapshots", snapshot.Id);
        if (minor >= 12 && request.Caller.IsAdmin)
        {
            // How it was taken, and where it lies: null until it does.
            writer.WriteString(
                "provider_location",
                snapshot.Capture is null ? null : $"{snapshot.Capture}:{snapshot.Root}/snapshots/{snapshot.Id}"
            );
        }
        if (minor >= 17)
        {
            writer.WriteString("user_id", snapshot.UserId);
            writer.WriteString("project_id", snapshot.ProjectId);
        }
        if (minor >= 73)
        {
            writer.WritePropertyName("metadata");
            MetadataJson.Write(writer, snapshot.Metadata);
        }
        writer.WriteEndObject();
    }
}
