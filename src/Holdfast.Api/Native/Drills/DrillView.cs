using System.Text.Json;
using Holdfast.Core.Access;
using Holdfast.Core.Model;

namespace Holdfast.Api.Native.Drills;

/// <summary>A restore drill on the wire, as docs/api/native.md describes it.</summary>
internal static class DrillView
{
    public static void Write(Utf8JsonWriter writer, Drill drill, Caller caller)
    {
        writer.WriteStartObject();
        writer.WriteString("id", drill.Id);
        writer.WriteString("backup_id", drill.BackupId);
        writer.WriteString("share_id", drill.ShareId);
        writer.WriteString("volume_id", drill.VolumeId);
        writer.WriteString("outcome", drill.Outcome);
        writer.WriteString("reason", drill.Reason);
        writer.WriteNumber("bytes", drill.Bytes);
        writer.WriteNumber("files", drill.Files);
        writer.WritePropertyName("seconds");
        if (drill.Duration is { } microseconds)
        {
            writer.WriteNumberValue(microseconds / 1e6);
        }
        else
        {
            writer.WriteNullValue();
        }
        writer.WriteUtc("created_at", drill.CreatedAt);
        writer.WriteUtc("finished_at", drill.FinishedAt);
        writer.WriteEndObject();
    }
}
