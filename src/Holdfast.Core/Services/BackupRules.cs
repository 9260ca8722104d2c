using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>What must hold before a backup may be made, removed or restored, in the order and words of the API's contract.</summary>
internal static class BackupRules
{
    /// <param name="caller">Whose the backup will be; others' backups of a public share are not to be told of.</param>
    public static async Task CheckCreateAsync(ICatalogSession session, Caller caller, Share share, NewBackup request)
    {
        if (share.ScheduledToBeDeletedAt is not null)
        {
            throw ServiceError.Forbidden(
                $"Backup can not be created for share '{share.Id}' since it has been soft deleted."
            );
        }
        if (ShareRules.WhatItIsBusyWith(share) is { } busy)
        {
            throw ServiceError.Conflict(busy);
        }
        if (share.Status != ShareStatus.Available)
        {
            throw ServiceError.Invalid(
                $"Share {share.Id} is in '{share.Status}' state, but it must be in 'available' state to create a backup."
            );
        }
        if (await session.ShareSnapshots.CountOfShareAsync(share.Id) > 0)
        {
            throw ServiceError.Invalid($"Cannot backup share {share.Id} while it has snapshots.");
        }
        await QuotaRules.CheckBackupAsync(
            session,
            new QuotaOwner(caller.ProjectId, caller.UserId, share.ShareTypeId),
            share.Size
        );
        if (request.Options is null && share.Protocol != "NFS")
        {
            throw ServiceError.Invalid(
                $"Cannot backup share {share.Id}. The generic approach for share backups only supports the following "
                    + "protocols: ['NFS']."
            );
        }
        if (
            request.BackupType is { Length: > 0 } type
            && await session.Backups.NewestWithOptionsAsync(caller.ProjectId, share.Id) is { } newest
            && newest.BackupType != type
        )
        {
            throw ServiceError.Invalid(
                $"Share '{share.Name}' has existing backups with backup_type: '{newest.BackupType}'. You must delete "
                    + "these backups to schedule a backup with a different backup_type, or re-use the same backup_type."
            );
        }
    }

    /// <summary>Whether the backup has data, and nobody is about to take it away.</summary>
    public static bool CanBeRead(Backup backup) =>
        backup is { SnapshotId: not null, Status: BackupStatus.Available or BackupStatus.Restoring };

    /// <exception cref="ServiceError">
    /// <see cref="ServiceErrorKind.NotFound"/>: the caller sees no such share, and the project has no backup of one.
    /// </exception>
    public static async Task RequireKnownShareAsync(
        this ICatalog catalog,
        Caller caller,
        string shareId,
        CancellationToken cancellationToken
    )
    {
        BackupFilter filter = new() { ProjectId = caller.ProjectId, ShareId = shareId };
        RowOrder<Backup> order = new(new SortColumn<Backup>("created_at", row => row.CreatedAt), Descending: true);
        bool known = await catalog.ReadAsync(
            async session =>
                await session.FindShareAsync(caller, shareId) is not null
                || (await session.Backups.ListAsync(filter, order with { Limit = 1 })).Count > 0,
            cancellationToken
        );
        if (!known)
        {
            throw ServiceError.NotFound($"No share exists with ID {shareId}.");
        }
    }

    public static ServiceError NoSuchBackup(string id) => ServiceError.NotFound($"Backup {id} could not be found.");

    /// <returns>The backup, which can be read, and the sharing that gives it where it is not the caller's own.</returns>
    public static async Task<(Backup Backup, Sharing? Given)> FindReadableAsync(
        this ICatalog catalog,
        Caller caller,
        string id,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        DateTimeOffset now = time.Now();
        (Backup? backup, Sharing? given) = await catalog.ReadAsync(
            session => session.FindUsableBackupAsync(caller, id, now),
            cancellationToken
        );
        if (backup is null)
        {
            throw NoSuchBackup(id);
        }
        return CanBeRead(backup)
            ? (backup, given)
            : throw ServiceError.Conflict(
                $"Backup {id} is '{backup.Status}': only one that is available can be looked into."
            );
    }

    public static void CheckDelete(Backup backup)
    {
        if (backup.Status is not (BackupStatus.Available or BackupStatus.Error or BackupStatus.ErrorDeleting))
        {
            throw ServiceError.Invalid($"Invalid backup: Backup {backup.Id} status must be available or error.");
        }
    }

    /// <param name="byRecipient">Then the owner may be restoring it at the same time.</param>
    public static void CheckRestore(Backup backup, bool byRecipient)
    {
        if (backup.Status != BackupStatus.Available && !(byRecipient && backup.Status == BackupStatus.Restoring))
        {
            throw ServiceError.Invalid($"Invalid backup: Backup {backup.Id} status must be available.");
        }
        if (backup.SnapshotId is null)
        {
            throw ServiceError.Invalid($"Invalid backup: Backup {backup.Id} has no data. Delete it.");
        }
    }

    /// <param name="selection">Null for a restore of everything.</param>
    public static async Task CheckTargetAsync(
        ICatalogSession session,
        Backup backup,
        Share target,
        RestoreSelection? selection
    )
    {
        // What was half restored is not made whole by a part.
        bool partly = selection is { IsWhole: false } || selection?.Into is not null;
        if (partly && target.Status == ShareStatus.BackupRestoringError)
        {
            throw ServiceError.Conflict(
                $"Share {target.Id} is left half restored by an earlier restore: restore all of a backup to it first."
            );
        }
        if (
            target.Status is not (ShareStatus.Available or ShareStatus.BackupRestoringError)
            || target.ScheduledToBeDeletedAt is not null
        )
        {
            throw ServiceError.Invalid("Invalid share: Share to be restored to must be available.");
        }
        // It leaves the share available while it reads.
        IReadOnlyList<Operation> live = await session.Operations.LiveOfShareAsync(target.Id);
        if (live.Any(operation => operation.Kind == OperationKind.CreateSnapshot))
        {
            throw ServiceError.Invalid(
                "Invalid share: Share to be restored to must be available; a snapshot of it is being made."
            );
        }
        if (!partly && backup.Size > target.Size)
        {
            throw ServiceError.Invalid(
                $"Invalid share: Share size {target.Size} is too small to restore backup of size {backup.Size}."
            );
        }
    }
}
