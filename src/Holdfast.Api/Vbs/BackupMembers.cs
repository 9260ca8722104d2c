using System.Text.Encodings.Web;
using System.Text.Json;
using Holdfast.Api.Manila;
using Holdfast.Core.Model;

namespace Holdfast.Api.Vbs;

/// <summary>The seventeen members that a backup has in every call of the family.</summary>
internal static class BackupMembers
{
    private static readonly JsonSerializerOptions Json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <param name="repositoryId">restic's id of the owner's repository; null before its first backup.</param>
    public static void Write(Utf8JsonWriter writer, Backup backup, string? repositoryId)
    {
        writer.WriteString("availability_zone", backup.AvailabilityZone);
        writer.WriteString("container", repositoryId);
        writer.WriteTime("created_at", backup.CreatedAt);
        // What was taken before its moment was noted is of its beginning, as in Cinder.
        writer.WriteTime("data_timestamp", backup.DataAt ?? backup.CreatedAt);
        writer.WriteString("description", backup.Description);
        writer.WriteString("fail_reason", backup.FailReason);
        // Each snapshot stands for itself, however much it shares.
        writer.WriteBoolean("has_dependent_backups", false);
        writer.WriteString("id", backup.Id);
        Write(writer, "is_incremental", backup.IsIncremental);
        writer.WriteString("name", backup.Name);
        Write(writer, "object_count", backup.ObjectCount);
        writer.WriteNumber("size", backup.Size);
        writer.WriteNull("snapshot_id");
        writer.WriteString("status", backup.Status);
        writer.WriteTime("updated_at", backup.UpdatedAt);
        writer.WriteString("volume_id", backup.SourceId);
        writer.WriteString("service_metadata", Metadata(backup));
    }

    /// <summary>A JSON document within a text; null until there is data to tell of.</summary>
    private static string? Metadata(Backup backup) =>
        backup.Capture is not { } capture
            ? null
            : JsonSerializer.Serialize(
                new Dictionary<string, string>
                {
                    ["capture"] = capture,
                    ["kind"] = backup.VolumeId is null ? "share" : "volume",
                },
                Json
            );

    private static void Write(Utf8JsonWriter writer, string name, bool? value)
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

    private static void Write(Utf8JsonWriter writer, string name, long? value)
    {
        if (value is { } known)
        {
            writer.WriteNumber(name, known);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
