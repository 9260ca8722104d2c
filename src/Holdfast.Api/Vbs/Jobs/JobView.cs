using System.Globalization;
using System.Text.Json;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Vbs.Jobs;

/// <summary>An operation on the wire as VBS shows it. Clients decode every entity as text: none may be anything else.</summary>
internal static class JobView
{
    public static Task ReplyJobAsync(this VbsRequest request, Operation operation) =>
        request.ReplyAsync(StatusCodes.Status200OK, writer => writer.WriteString("job_id", operation.Id));

    /// <summary>The members of the object.</summary>
    public static void Write(Utf8JsonWriter writer, Job job)
    {
        Operation operation = job.Operation;
        bool failed = operation.Status is OperationStatus.Failed or OperationStatus.Cancelled;
        writer.WriteString("status", StatusOf(operation));
        writer.WriteStartObject("entities");
        WriteEntities(writer, job);
        writer.WriteEndObject();
        writer.WriteString("job_id", operation.Id);
        writer.WriteString("job_type", TypeOf(operation.Kind));
        writer.WriteString("begin_time", Time(operation.StartedAt ?? operation.CreatedAt));
        writer.WriteString("end_time", Time(operation.FinishedAt));
        writer.WriteString("error_code", failed ? CodeOf(operation.Kind) : null);
        writer.WriteString("fail_reason", failed ? operation.Message : null);
    }

    private static void WriteEntities(Utf8JsonWriter writer, Job job)
    {
        if (job.Operation.Kind == OperationKind.CreateVolumeBackup)
        {
            writer.WriteString("bks_create_volume_name", job.VolumeName ?? "");
        }
        if (job.Operation.BackupId is { } backup)
        {
            writer.WriteString("backup_id", backup);
        }
        writer.WriteString("volume_id", job.Operation.VolumeId ?? "");
        if (job.Operation.Kind == OperationKind.CreateVolumeBackup)
        {
            // VBS's own is of the snapshot that it takes on the way; ours is gone with the capture.
            writer.WriteString("snapshot_id", "");
        }
    }

    private static string StatusOf(Operation operation) =>
        operation.Status switch
        {
            OperationStatus.Queued when operation.Attempts == 0 => "INIT",
            OperationStatus.Queued or OperationStatus.Running => "RUNNING",
            OperationStatus.Succeeded => "SUCCESS",
            _ => "FAIL",
        };

    private static string TypeOf(string kind) =>
        kind switch
        {
            OperationKind.CreateVolumeBackup => "bksCreateBackup",
            OperationKind.DeleteBackup => "bksDeleteBackup",
            OperationKind.RestoreVolumeBackup => "bksRestoreBackup",
            OperationKind.DeleteVolume => "deleteVolume",
            _ => "createVolume",
        };

    private static string? CodeOf(string kind) =>
        kind switch
        {
            OperationKind.CreateVolumeBackup => "VolumeBackup.0064",
            OperationKind.DeleteBackup => "VolumeBackup.0102",
            OperationKind.RestoreVolumeBackup => "VolumeBackup.0200",
            // The table has none for the jobs of volumes themselves.
            _ => null,
        };

    /// <summary>Three digits of a second and a Z, unlike all else of the family.</summary>
    private static string? Time(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
