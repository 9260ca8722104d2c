using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>What must hold before a volume's backup may be made, removed or restored; refused in Cinder's words.</summary>
internal static class VolumeBackupRules
{
    /// <returns>The backup, and the sharing that gives it where it is not the caller's own.</returns>
    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.NotFound"/>: neither owned nor given.</exception>
    public static async Task<(Backup Backup, Sharing? Sharing)> FindAsync(
        ICatalogSession session,
        Caller caller,
        string id,
        DateTimeOffset now
    )
    {
        (Backup? backup, Sharing? given) = await session.FindUsableBackupAsync(caller, id, now);
        return backup is { VolumeId: not null }
            ? (backup, given)
            : throw ServiceError.NotFound($"Backup {id} could not be found.", Refusal.NoBackup);
    }

    public static async Task CheckCreateAsync(ICatalogSession session, Caller caller, Volume volume)
    {
        if (volume.Status != VolumeStatus.Available)
        {
            throw ServiceError.Invalid(
                "Invalid volume: Volume to be backed up must be available or in-use, but the current status is "
                    + $"\"{volume.Status}\".",
                volume.Status == VolumeStatus.BackingUp ? Refusal.VolumeBeingBackedUp : Refusal.VolumeBusy
            );
        }
        await QuotaRules.CheckBackupAsync(session, new QuotaOwner(volume.ProjectId, caller.UserId), volume.Size);
    }

    public static void CheckDelete(Backup backup)
    {
        if (backup.Status is not (BackupStatus.Available or BackupStatus.Error or BackupStatus.ErrorDeleting))
        {
            throw ServiceError.Invalid("Invalid backup: Backup status must be available or error", Refusal.BackupBusy);
        }
    }

    /// <summary>A restore by its owner is no reason for a recipient to wait: the data is there.</summary>
    public static void CheckRestore(Backup backup, Volume target)
    {
        bool own = backup.ProjectId == target.ProjectId;
        bool ready = backup.Status == BackupStatus.Available || (!own && backup.Status == BackupStatus.Restoring);
        if (!ready)
        {
            throw ServiceError.Invalid("Invalid backup: Backup status must be available", Refusal.BackupBusy);
        }
        if (backup.SnapshotId is null)
        {
            throw ServiceError.Invalid(
                $"Invalid backup: Backup {backup.Id} has no data. Delete it.",
                Refusal.BackupBusy
            );
        }
        if (target.Status is not (VolumeStatus.Available or VolumeStatus.ErrorRestoring))
        {
            throw ServiceError.Invalid(
                "Invalid volume: Volume to be restored to must be available",
                target.Status == VolumeStatus.BackingUp ? Refusal.VolumeBeingBackedUp : Refusal.VolumeBusy
            );
        }
        if (backup.Size > target.Size)
        {
            throw ServiceError.Invalid(
                $"Invalid volume: volume size {target.Size} is too small to restore backup of size {backup.Size}.",
                Refusal.VolumeTooSmall
            );
        }
        if (backup.Bytes > target.Bytes)
        {
            throw ServiceError.Invalid(
                $"Invalid volume: the volume has {target.Bytes} bytes, and the backup holds {backup.Bytes}.",
                Refusal.VolumeTooSmall
            );
        }
    }
}
