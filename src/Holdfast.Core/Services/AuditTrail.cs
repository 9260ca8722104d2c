using System.Globalization;
using System.Text.Json;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>What the audit trail says of backups, their sharings and holds, of keys and webhooks, by the word that it is searched by.</summary>
public static class AuditAction
{
    public const string ShareBackup = "sharing.create";
    public const string CancelSharing = "sharing.cancel";
    public const string AcceptSharing = "sharing.accept";
    public const string RejectSharing = "sharing.reject";
    public const string LeaveSharing = "sharing.leave";
    public const string SharingExpired = "sharing.expire";

    /// <summary>A recipient has looked at the backup.</summary>
    public const string LookAtBackup = "sharing.look";

    /// <summary>A recipient has downloaded something of the backup.</summary>
    public const string DownloadShared = "sharing.download";

    /// <summary>A recipient has asked for a restore.</summary>
    public const string RestoreShared = "sharing.restore";

    /// <summary>An administrator has looked at another project's backup, which nobody gave them.</summary>
    public const string LookAtForeign = "backup.look";

    /// <summary>An administrator has downloaded something of such a backup.</summary>
    public const string DownloadForeign = "backup.download";

    /// <summary>An administrator has asked for a restore of such a backup.</summary>
    public const string RestoreForeign = "backup.restore";

    /// <summary>A schedule's retention has deleted the backup.</summary>
    public const string BackupExpired = "backup.expire";
    public const string CreateHold = "hold.create";
    public const string ChangeHold = "hold.update";
    public const string LiftHold = "hold.lift";
    public const string CreateWebhook = "webhook.create";
    public const string ChangeWebhook = "webhook.update";
    public const string RemoveWebhook = "webhook.delete";

    /// <summary>A repository's password was handed to whoever ran the verb.</summary>
    public const string ExportKey = "key.export";

    /// <summary>A project's repository has a new password.</summary>
    public const string RotateKey = "key.rotate";

    /// <summary>A project's repository and its key were destroyed.</summary>
    public const string DestroyKey = "key.destroy";

    /// <summary>The installation has a new master key.</summary>
    public const string RotateMasterKey = "key.rotate_master";

    /// <summary>Every token that was signed before holds no more.</summary>
    public const string RevokeTokens = "key.revoke_tokens";

    /// <summary>A project's rows were made again from the store.</summary>
    public const string RebuildCatalog = "catalog.rebuild";
}

/// <summary>Writes the audit trail, in the transaction of what it tells of.</summary>
internal static class AuditTrail
{
    /// <summary>Who acts where nobody has asked: the service itself.</summary>
    private const string Service = "service";

    /// <summary>What the same user does to the same thing again within this time is no news, where it changes little.</summary>
    private static readonly TimeSpan OneNews = TimeSpan.FromMinutes(10);

    /// <summary>By a verb on the host.</summary>
    /// <param name="projectId">Null: it is about the whole installation, in nobody's trail but the administrators'.</param>
    /// <param name="details">What else there is to say.</param>
    public static Task NoteByHostAsync(
        this ICatalogSession session,
        string action,
        string? projectId,
        DateTimeOffset now,
        IReadOnlyDictionary<string, string?>? details = null
    ) =>
        session.Audit.AddAsync(
            new AuditEntry
            {
                At = now,
                Actor = "host:" + Environment.UserName,
                Action = action,
                ProjectId = projectId,
                Details = details is null ? null : JsonSerializer.Serialize(details),
            }
        );

    /// <param name="caller">Null: the service of its own accord.</param>
    public static Task NoteAsync(
        this ICatalogSession session,
        string action,
        Sharing sharing,
        Caller? caller,
        DateTimeOffset now
    ) => session.Audit.AddAsync(Entry(action, sharing, caller, now));

    /// <summary>What becomes of a hold.</summary>
    public static Task NoteAsync(
        this ICatalogSession session,
        string action,
        Hold hold,
        Caller caller,
        DateTimeOffset now
    ) =>
        session.Audit.AddAsync(
            Entry(action, caller, now) with
            {
                ProjectId = hold.ProjectId,
                ObjectId = hold.Id,
                BackupId = hold.BackupId,
                Details = JsonSerializer.Serialize(
                    new Dictionary<string, string?> { ["reason"] = hold.Reason, ["expires_at"] = Utc(hold.ExpiresAt) }
                ),
            }
        );

    /// <summary>What becomes of a webhook. Its URL may be a secret: the trail has its host alone.</summary>
    public static Task NoteAsync(
        this ICatalogSession session,
        string action,
        Webhook webhook,
        Caller caller,
        DateTimeOffset now
    ) =>
        session.Audit.AddAsync(
            Entry(action, caller, now) with
            {
                ProjectId = webhook.ProjectId,
                ObjectId = webhook.Id,
                Details = JsonSerializer.Serialize(
                    new Dictionary<string, string?> { ["host"] = new Uri(webhook.Url).IdnHost }
                ),
            }
        );

    /// <summary>A backup goes by its schedule's retention.</summary>
    public static Task NoteExpiryAsync(
        this ICatalogSession session,
        Backup backup,
        Schedule schedule,
        string reason,
        DateTimeOffset now
    ) =>
        session.Audit.AddAsync(
            Entry(AuditAction.BackupExpired, caller: null, now) with
            {
                ProjectId = backup.ProjectId,
                ObjectId = backup.Id,
                BackupId = backup.Id,
                Details = JsonSerializer.Serialize(
                    new Dictionary<string, string?>
                    {
                        ["schedule_id"] = schedule.Id,
                        ["reason"] = reason,
                        ["name"] = backup.Name,
                        ["created_at"] = Utc(backup.CreatedAt),
                    }
                ),
            }
        );

    /// <summary>A recipient's answer, by the state that it led to. Many in a short time are not many entries.</summary>
    public static async Task NoteAnswerAsync(
        this ICatalogSession session,
        Sharing sharing,
        Caller caller,
        DateTimeOffset now
    )
    {
        string action = sharing.State == SharingState.Accepted ? AuditAction.AcceptSharing : AuditAction.RejectSharing;
        AuditEntry entry = Entry(action, sharing, caller, now);
        foreach (AuditEntry news in await NewsAsync(session, [entry]))
        {
            await session.Audit.AddAsync(news);
        }
    }

    /// <summary>Tells the owner who restores the backup; the owner's own restores are nobody's news.</summary>
    /// <param name="given">The sharing by which it is restored; null: it is the caller's own, or the caller an administrator.</param>
    public static async Task NoteRestoreAsync(
        this ICatalogSession session,
        Backup backup,
        Sharing? given,
        Caller caller,
        DateTimeOffset now
    )
    {
        if (given is not null)
        {
            await session.NoteAsync(AuditAction.RestoreShared, given, caller, now);
        }
        else if (backup.ProjectId != caller.ProjectId)
        {
            await session.Audit.AddAsync(Entry(AuditAction.RestoreForeign, backup, caller, now));
        }
    }

    /// <summary>Tells the owners that the caller has looked at what they gave; the owners' own looks are nobody's news.</summary>
    public static Task NoteLooksAsync(
        this ICatalog catalog,
        Caller caller,
        IReadOnlyList<Sharing> sharings,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        DateTimeOffset now = time.Now();
        return catalog.NoteNewsAsync(
            [
                .. sharings
                    .Where(sharing => sharing.ToProjectId == caller.ProjectId)
                    .Select(sharing => Entry(AuditAction.LookAtBackup, sharing, caller, now)),
            ],
            time,
            cancellationToken
        );
    }

    /// <inheritdoc cref="NoteLooksAsync"/>
    /// <param name="given">The sharing by which it is seen; null: it is the caller's own, or the caller an administrator.</param>
    public static Task NoteLookAsync(
        this ICatalog catalog,
        Caller caller,
        Backup backup,
        Sharing? given,
        TimeProvider time,
        CancellationToken cancellationToken
    ) =>
        given is not null ? catalog.NoteLooksAsync(caller, [given], time, cancellationToken)
        : backup.ProjectId == caller.ProjectId ? Task.CompletedTask
        : catalog.NoteNewsAsync(
            [Entry(AuditAction.LookAtForeign, backup, caller, time.Now())],
            time,
            cancellationToken
        );

    /// <summary>Tells the owner that the caller takes bytes of the backup away; which they are is in no trail.</summary>
    /// <inheritdoc cref="NoteLookAsync"/>
    public static Task NoteDownloadAsync(
        this ICatalog catalog,
        Caller caller,
        Backup backup,
        Sharing? given,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        AuditEntry[] entries =
            given is not null ? [Entry(AuditAction.DownloadShared, given, caller, time.Now())]
            : backup.ProjectId == caller.ProjectId ? []
            : [Entry(AuditAction.DownloadForeign, backup, caller, time.Now())];
        return catalog.NoteNewsAsync(entries, time, cancellationToken);
    }

    private static async Task NoteNewsAsync(
        this ICatalog catalog,
        AuditEntry[] entries,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        // Asking costs no write lock; most looks are no news.
        AuditEntry[] news =
            entries.Length == 0
                ? []
                : await catalog.ReadAsync(session => NewsAsync(session, entries), cancellationToken);
        if (news.Length == 0)
        {
            return;
        }
        await catalog.WriteAsync(
            async session =>
            {
                // Once more: of many looks at once one is the first.
                DateTimeOffset now = time.Now();
                foreach (AuditEntry entry in await NewsAsync(session, [.. news.Select(one => one with { At = now })]))
                {
                    await session.Audit.AddAsync(entry);
                }
            },
            cancellationToken
        );
    }

    /// <param name="entries">At least one; all of one action, actor and time.</param>
    private static async Task<AuditEntry[]> NewsAsync(ICatalogSession session, AuditEntry[] entries)
    {
        (string action, string actor, DateTimeOffset at) = (entries[0].Action, entries[0].Actor, entries[0].At);
        string[] objects = [.. entries.Select(entry => entry.ObjectId!)];
        HashSet<string> known = [.. await session.Audit.ObjectsSinceAsync(objects, action, actor, at - OneNews)];
        return [.. entries.Where(entry => !known.Contains(entry.ObjectId!))];
    }

    private static AuditEntry Entry(string action, Sharing sharing, Caller? caller, DateTimeOffset now) =>
        Entry(action, caller, now) with
        {
            ProjectId = sharing.FromProjectId,
            ObjectId = sharing.Id,
            BackupId = sharing.BackupId,
            Details = Details(action, sharing),
        };

    private static AuditEntry Entry(string action, Backup backup, Caller caller, DateTimeOffset now) =>
        Entry(action, caller, now) with
        {
            ProjectId = backup.ProjectId,
            ObjectId = backup.Id,
            BackupId = backup.Id,
        };

    private static AuditEntry Entry(string action, Caller? caller, DateTimeOffset now) =>
        new()
        {
            At = now,
            Actor = caller?.UserId ?? Service,
            ActorProjectId = caller?.ProjectId,
            Action = action,
            Address = caller?.Address,
            RequestId = caller?.RequestId,
        };

    /// <summary>With whom it was shared and, where that begins, on which terms: the sharing's row may be gone when this is read.</summary>
    private static string Details(string action, Sharing sharing)
    {
        Dictionary<string, string?> details = new() { ["to_project_id"] = sharing.ToProjectId };
        if (action == AuditAction.ShareBackup)
        {
            details["state"] = sharing.State;
            details["expires_at"] = Utc(sharing.ExpiresAt);
        }
        return JsonSerializer.Serialize(details);
    }

    private static string? Utc(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
}
