using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Operations;

/// <summary>
/// What webhooks are told, queued in the transaction in which it happens: an event is lost with what it tells of, and never
/// alone. An end that somebody asked for, a cancel, is no event.
/// </summary>
internal static class Announcements
{
    /// <summary>An operation has ended, well or without success.</summary>
    /// <param name="failure">Why; null: it went well.</param>
    public static Task AnnounceEndAsync(
        this ICatalogSession session,
        Operation ended,
        string? failure,
        DateTimeOffset now
    ) =>
        TypeOf(ended, failure is null) is { } type
            ? session.AnnounceAsync(
                type,
                ended.ProjectId,
                data => WriteOperation(data, ended, failure is null ? null : ended.PublicReason(failure)),
                now
            )
            : Task.CompletedTask;

    /// <summary>A verification or a drill has found a backup damaged.</summary>
    public static Task AnnounceDamageAsync(
        this ICatalogSession session,
        Operation verification,
        Backup backup,
        string damage,
        DateTimeOffset now
    ) =>
        session.AnnounceAsync(
            WebhookEvent.BackupDamaged,
            backup.ProjectId,
            data =>
                WriteOperation(
                    data,
                    verification with
                    {
                        BackupId = backup.Id,
                        ShareId = backup.ShareId,
                        VolumeId = backup.VolumeId,
                    },
                    damage
                ),
            now
        );

    /// <summary>A share or a volume has no good backup of when there should be one.</summary>
    public static Task AnnounceOverdueAsync(
        this ICatalogSession session,
        string projectId,
        Protection overdue,
        DateTimeOffset now
    ) =>
        session.AnnounceAsync(
            overdue.OfVolume ? WebhookEvent.VolumeOverdue : WebhookEvent.ShareOverdue,
            projectId,
            data =>
            {
                string source = overdue.OfVolume ? "volume" : "share";
                data.WriteString($"{source}_id", overdue.SourceId);
                data.WriteString($"{source}_name", overdue.Name);
                data.WriteString("good_backup_id", overdue.GoodBackupId);
                data.WriteString("good_at", overdue.GoodAt is { } good ? Utc(good) : null);
                data.WriteString("reason", overdue.Problem);
            },
            now
        );

    /// <summary>To this one alone, which shows whether it arrives.</summary>
    public static Task AnnounceTestAsync(this ICatalogSession session, Webhook webhook, DateTimeOffset now)
    {
        string id = Guid.NewGuid().ToString();
        string body = Body(id, WebhookEvent.Test, webhook.ProjectId, _ => { }, now);
        return session.Webhooks.QueueAsync(Delivery(webhook, id, body, now));
    }

    private static async Task AnnounceAsync(
        this ICatalogSession session,
        string type,
        string projectId,
        Action<Utf8JsonWriter> data,
        DateTimeOffset now
    )
    {
        IReadOnlyList<Webhook> listening = await session.Webhooks.ListeningAsync(projectId);
        if (!listening.Any(one => one.Wants(type)))
        {
            return;
        }
        string id = Guid.NewGuid().ToString();
        string body = Body(id, type, projectId, data, now);
        foreach (Webhook webhook in listening.Where(one => one.Wants(type)))
        {
            await session.Webhooks.QueueAsync(Delivery(webhook, id, body, now));
        }
    }

    private static string? TypeOf(Operation ended, bool succeeded) =>
        ended.Kind switch
        {
            OperationKind.CreateBackup or OperationKind.CreateVolumeBackup => succeeded
                ? WebhookEvent.BackupSucceeded
                : WebhookEvent.BackupFailed,
            OperationKind.RestoreBackup or OperationKind.RestoreFiles or OperationKind.RestoreVolumeBackup => succeeded
                ? WebhookEvent.RestoreSucceeded
                : WebhookEvent.RestoreFailed,
            // One without a backup is an empty volume.
            OperationKind.CreateVolume when ended.BackupId is not null => succeeded
                ? WebhookEvent.RestoreSucceeded
                : WebhookEvent.RestoreFailed,
            OperationKind.Drill when !succeeded => WebhookEvent.DrillFailed,
            _ => null,
        };

    private static WebhookDelivery Delivery(Webhook webhook, string eventId, string body, DateTimeOffset now) =>
        new()
        {
            WebhookId = webhook.Id,
            EventId = eventId,
            Body = body,
            CreatedAt = now,
        };

    /// <summary>Standard Webhooks' shape: what happened, when, and to what.</summary>
    private static string Body(
        string id,
        string type,
        string? projectId,
        Action<Utf8JsonWriter> data,
        DateTimeOffset now
    )
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("type", type);
            json.WriteString("timestamp", Utc(now));
            json.WriteString("project_id", projectId);
            json.WriteStartObject("data");
            data(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteOperation(Utf8JsonWriter data, Operation operation, string? reason)
    {
        data.WriteString("operation_id", operation.Id);
        data.WriteString("kind", operation.Kind);
        data.WriteString("share_id", operation.ShareId);
        data.WriteString("volume_id", operation.VolumeId);
        data.WriteString("backup_id", operation.BackupId);
        data.WriteString("request_id", operation.RequestId);
        data.WriteString("reason", reason);
    }

    private static string Utc(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
}
