using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;

namespace Holdfast.Core.Services;

/// <summary>What must hold before a backup may be shared, and how sharings begin and end, inside a transaction.</summary>
internal static class SharingRules
{
    private const int ProjectIdLength = 32;

    public static bool IsLive(Sharing sharing, DateTimeOffset now) => sharing.ExpiresAt is not { } end || end > now;

    /// <returns>The recipients, each once, in the order of the request.</returns>
    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.Invalid"/>.</exception>
    public static IReadOnlyList<string> Recipients(Caller caller, NewSharing request, DateTimeOffset now)
    {
        string[] recipients = [.. request.ToProjectIds.Distinct(StringComparer.Ordinal)];
        if (recipients.Length == 0)
        {
            throw ServiceError.Invalid("to_project_ids must name at least one project.");
        }
        foreach (string project in recipients)
        {
            if (!CanBeProject(project))
            {
                throw ServiceError.Invalid(
                    "A project in to_project_ids is no project id: it has 32 characters, letters and digits, and at "
                        + "least one letter."
                );
            }
        }
        if (recipients.Contains(caller.ProjectId, StringComparer.Ordinal))
        {
            throw ServiceError.Invalid("A backup cannot be shared with the project that it belongs to.");
        }
        if (recipients.Length > Sharing.MostRecipients)
        {
            throw TooMany();
        }
        if (request.ExpiresAt is { } end && end <= now)
        {
            throw ServiceError.Invalid("expires_at must lie in the future.");
        }
        return recipients;
    }

    public static void CheckShare(Backup backup)
    {
        if (backup.Status != BackupStatus.Available)
        {
            throw ServiceError.Invalid(
                $"Invalid backup: Backup {backup.Id} status must be available, and is {backup.Status}."
            );
        }
        if (backup.SnapshotId is null)
        {
            throw ServiceError.Invalid($"Invalid backup: Backup {backup.Id} has no data.");
        }
    }

    /// <returns>A row for each recipient; those who had the backup keep theirs.</returns>
    public static async Task<IReadOnlyList<Sharing>> AddAsync(
        ICatalogSession session,
        Caller caller,
        Backup backup,
        NewSharing request,
        IReadOnlyList<string> recipients,
        DateTimeOffset now
    )
    {
        Dictionary<string, Sharing> live = await LiveAsync(session, backup, now);
        if (live.Keys.Union(recipients, StringComparer.Ordinal).Count() > Sharing.MostRecipients)
        {
            throw TooMany();
        }
        List<Sharing> rows = [];
        foreach (string project in recipients)
        {
            rows.Add(
                live.TryGetValue(project, out Sharing? known)
                    ? await AgainAsync(session, caller, known, request, now)
                    : await AddAsync(session, caller, backup, request, project, now)
            );
        }
        await session.QueueExportAsync(backup.ProjectId, now);
        return rows;
    }

    /// <summary>Ends the sharing, and says so in the owner's audit trail.</summary>
    /// <param name="caller">Null: the service of its own accord.</param>
    public static async Task EndAsync(
        ICatalogSession session,
        Sharing sharing,
        string action,
        Caller? caller,
        DateTimeOffset now
    )
    {
        await session.Sharings.RemoveAsync(sharing.Id);
        await session.NoteAsync(action, sharing, caller, now);
        await session.QueueExportAsync(sharing.FromProjectId, now);
    }

    /// <summary>Ends all sharings of the backup. Those whose time is over were not the caller's to end.</summary>
    public static async Task EndAllAsync(ICatalogSession session, Backup backup, Caller? caller, DateTimeOffset now)
    {
        foreach (Sharing sharing in (await LiveAsync(session, backup, now)).Values)
        {
            await EndAsync(session, sharing, AuditAction.CancelSharing, caller, now);
        }
    }

    /// <summary>By recipient. Those whose time is over end here, so that their places are free.</summary>
    private static async Task<Dictionary<string, Sharing>> LiveAsync(
        ICatalogSession session,
        Backup backup,
        DateTimeOffset now
    )
    {
        Dictionary<string, Sharing> live = new(StringComparer.Ordinal);
        foreach (Sharing sharing in await session.Sharings.OfBackupAsync(backup.Id))
        {
            if (IsLive(sharing, now))
            {
                live.Add(sharing.ToProjectId, sharing);
            }
            else
            {
                await EndAsync(session, sharing, AuditAction.SharingExpired, caller: null, now);
            }
        }
        return live;
    }

    /// <summary>
    /// One that was rejected is offered anew, and has to be accepted, whatever the request says: the recipient did not want
    /// it. A new end replaces the old one.
    /// </summary>
    private static async Task<Sharing> AgainAsync(
        ICatalogSession session,
        Caller caller,
        Sharing known,
        NewSharing request,
        DateTimeOffset now
    )
    {
        Sharing changed = known with
        {
            State = known.State == SharingState.Rejected ? SharingState.Pending : known.State,
            ExpiresAt = request.ExpiresAt ?? known.ExpiresAt,
        };
        if (changed == known)
        {
            return known;
        }
        changed = changed with { UpdatedAt = now };
        await session.Sharings.SetAsync(changed);
        await session.NoteAsync(AuditAction.ShareBackup, changed, caller, now);
        return changed;
    }

    private static async Task<Sharing> AddAsync(
        ICatalogSession session,
        Caller caller,
        Backup backup,
        NewSharing request,
        string project,
        DateTimeOffset now
    )
    {
        Sharing sharing = new()
        {
            Id = Guid.NewGuid().ToString(),
            BackupId = backup.Id,
            FromProjectId = backup.ProjectId,
            ToProjectId = project,
            State = FirstState(request),
            ExpiresAt = request.ExpiresAt,
            CreatedAt = now,
        };
        await session.Sharings.AddAsync(sharing);
        await session.NoteAsync(AuditAction.ShareBackup, sharing, caller, now);
        return sharing;
    }

    private static string FirstState(NewSharing request) =>
        request.MustAccept ? SharingState.Pending : SharingState.Accepted;

    private static bool CanBeProject(string id) =>
        id.Length == ProjectIdLength && id.All(char.IsAsciiLetterOrDigit) && id.Any(char.IsAsciiLetter);

    private static ServiceError TooMany() =>
        ServiceError.Invalid($"A backup can be shared with at most {Sharing.MostRecipients} projects.");
}
