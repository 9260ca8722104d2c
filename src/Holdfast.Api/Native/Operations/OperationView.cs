using System.Text.Json;
using Holdfast.Core.Access;
using Holdfast.Core.Model;

namespace Holdfast.Api.Native.Operations;

/// <summary>An operation on the wire, as docs/api/native.md describes it.</summary>
internal static class OperationView
{
    public static void Write(Utf8JsonWriter writer, Operation operation, Caller caller)
    {
        writer.WriteStartObject();
        writer.WriteString("id", operation.Id);
        writer.WriteString("kind", operation.Kind);
        writer.WriteString("status", operation.Status);
        writer.WriteString("project_id", operation.ProjectId.Length == 0 ? null : operation.ProjectId);
        writer.WriteString("share_id", operation.ForeignShare && !caller.IsAdmin ? null : operation.ShareId);
        writer.WriteString("volume_id", operation.VolumeId);
        writer.WriteString("backup_id", operation.BackupId);
        writer.WriteNumber("done", operation.Done);
        writer.WriteNumber("total", operation.Total);
        // 100 is said by the end alone.
        writer.WriteNumber(
            "percent",
            operation.Status == OperationStatus.Succeeded ? 100 : Math.Min(operation.Percent, 99)
        );
        writer.WriteString("phase", operation.Phase);
        writer.WriteNumber("bytes", operation.Bytes);
        writer.WriteNumber("files", operation.Files);
        WriteWhole(writer, "rate", operation.Rate);
        WriteWhole(writer, "remaining_seconds", operation.Remaining?.TotalSeconds);
        writer.WriteString("message", operation.Message);
        writer.WriteNumber("attempts", operation.Attempts);
        if (caller.IsAdmin)
        {
            writer.WriteString("node", operation.Node);
        }
        writer.WriteUtc("created_at", operation.CreatedAt);
        writer.WriteUtc("started_at", operation.StartedAt);
        writer.WriteUtc("finished_at", operation.FinishedAt);
        writer.WriteEndObject();
    }

    private static void WriteWhole(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, (long)Math.Min(Math.Ceiling(number), long.MaxValue / 2));
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
