using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>What the audit trail says of sharings, by the word that it is searched by.</summary>
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

    /// <summary>A recipient has asked for a restore.</summary>
    public const string RestoreShared = "sharing.restore";
}

/// <summary>Writes the audit trail, in the transaction of what it tells of.</summary>
internal static class AuditTrail
{
    /// <summary>Who acts where nobody has asked: the service itself.</summary>
    private const string Service = "service";

    /// <summary>Looks of the same user within this time are one.</summary>
    private static readonly TimeSpan OneLook = TimeSpan.FromMinutes(10);

    /// <param name="caller">Null: the service of its own accord.</param>
    /// <param name="details">A JSON object, or null.</param>
    public static Task NoteAsync(
        this ICatalogSession session,
        string action,
        Sharing sharing,
        Caller? caller,
        DateTimeOffset now,
        string? details = null
    ) =>
        session.Audit.AddAsync(
            new AuditEntry
            {
                At = now,
                Actor = caller?.UserId ?? Service,
                ActorProjectId = caller?.ProjectId,
                Action = action,
                ProjectId = sharing.FromProjectId,
                ObjectId = sharing.Id,
                BackupId = sharing.BackupId,
                Address = caller?.Address,
                RequestId = caller?.RequestId,
                Details = details,
            }
        );

    /// <summary>Tells the owners that the caller has looked at what they gave; the owners' own looks are nobody's news.</summary>
    public static async Task NoteLooksAsync(
        this ICatalog catalog,
        Caller caller,
        IReadOnlyList<Sharing> sharings,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        // Looking costs no write lock; most looks are no news.
        List<Sharing> news = await catalog.ReadAsync(
            async session =>
            {
                List<Sharing> found = [];
                foreach (Sharing sharing in sharings)
                {
                    if (await session.IsNewLookAsync(sharing, caller, now))
                    {
                        found.Add(sharing);
                    }
                }
                return found;
            },
            cancellationToken
        );
        if (news.Count > 0)
        {
            await catalog.WriteAsync(
                async session =>
                {
                    foreach (Sharing sharing in news)
                    {
                        await session.NoteAsync(AuditAction.LookAtBackup, sharing, caller, now);
                    }
                },
                cancellationToken
            );
        }
    }

    /// <summary>Whether the owner is still to be told that the caller looks at it.</summary>
    public static async Task<bool> IsNewLookAsync(
        this ICatalogSession session,
        Sharing sharing,
        Caller caller,
        DateTimeOffset now
    ) =>
        caller.ProjectId == sharing.ToProjectId
        && !await session.Audit.AnySinceAsync(sharing.Id, AuditAction.LookAtBackup, caller.UserId, now - OneLook);
}
