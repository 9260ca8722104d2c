using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>What must hold before a volume may be made, removed or forgotten.</summary>
internal static class VolumeRules
{
    /// <summary>GiB: a new volume is one hole, and a backup takes 2 TiB of holes.</summary>
    private const int LargestSize = 2 * 1024;

    /// <summary>
    /// Volumes that a project may make. No quota counts them; an empty one takes no space, so this bounds rows and names in
    /// a directory, and not bytes.
    /// </summary>
    private const int MostMade = 1000;

    public static void CheckSize(int? size)
    {
        if (size is < 1 or > LargestSize)
        {
            throw ServiceError.Invalid($"'size' must be a number of GiB from 1 to {LargestSize}.");
        }
    }

    /// <returns>GiB: the size of a new volume that is to hold the backup.</returns>
    /// <param name="size">What was asked for; null is the backup's.</param>
    public static int SizeFor(Backup backup, int? size)
    {
        // While its owner restores it, its data is there all the same.
        if (backup.Status is not (BackupStatus.Available or BackupStatus.Restoring) || backup.SnapshotId is null)
        {
            throw ServiceError.Invalid(
                $"Backup {backup.Id} is {backup.Status}: a volume is made of one that is available.",
                Refusal.BackupBusy
            );
        }
        return size is { } given && given < backup.Size
            ? throw ServiceError.Invalid(
                $"'size' must be at least the backup's: {given} GiB do not hold {backup.Size} GiB.",
                Refusal.VolumeTooSmall
            )
            : size ?? backup.Size;
    }

    public static async Task CheckCountAsync(ICatalogSession session, string projectId)
    {
        if (await session.Volumes.CountMadeAsync(projectId) >= MostMade)
        {
            throw new ServiceError(
                ServiceErrorKind.OverLimit,
                $"The project has {MostMade} volumes, the most that it may make. Delete some."
            );
        }
    }

    public static async Task CheckDeleteAsync(ICatalogSession session, Volume volume)
    {
        if (volume.Adopted)
        {
            throw ServiceError.Forbidden(
                $"Volume {volume.Id} was there before it was registered: let an administrator unregister it instead."
            );
        }
        await CheckIdleAsync(session, volume, "deleted");
    }

    public static Task CheckUnregisterAsync(ICatalogSession session, Volume volume) =>
        CheckIdleAsync(session, volume, "unregistered");

    private static async Task CheckIdleAsync(ICatalogSession session, Volume volume, string what)
    {
        // The statuses in which nothing works on the volume's bytes.
        bool idle =
            volume.Status
            is VolumeStatus.Available
                or VolumeStatus.Error
                or VolumeStatus.ErrorRestoring
                or VolumeStatus.ErrorDeleting;
        if (!idle)
        {
            throw ServiceError.Conflict(
                $"Volume {volume.Id} is {volume.Status}: it can be {what} when that is over, or is cancelled."
            );
        }
        if (await session.Backups.CountOfVolumeAsync(volume.Id) is > 0 and int count)
        {
            throw ServiceError.Forbidden(
                $"Volume {volume.Id} has {count} {(count == 1 ? "backup" : "backups")}: it can be {what} when it has none."
            );
        }
    }
}
