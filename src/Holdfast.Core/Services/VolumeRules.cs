using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>What must hold before a volume may be made, removed or forgotten.</summary>
internal static class VolumeRules
{
    /// <summary>GiB: a new volume is one hole, and a backup takes 2 TiB of holes. One that holds more is as large as that.</summary>
    private const int LargestSize = 2 * 1024;

    /// <summary>Volumes that a project may make. This bounds rows, and names in a directory.</summary>
    private const int MostMade = 1000;

    /// <returns>GiB: the size of a new volume.</returns>
    /// <param name="backup">What it is to hold; null for an empty one.</param>
    /// <param name="size">What was asked for; may be null with a backup: then it is the backup's.</param>
    public static int SizeOf(Backup? backup, int? size)
    {
        int largest = Math.Max(LargestSize, backup?.Size ?? 0);
        if (size is < 1 || size > largest)
        {
            throw ServiceError.Invalid($"'size' must be a number of GiB from 1 to {largest}.", Refusal.VolumeSize);
        }
        return backup is null ? size!.Value : SizeFor(backup, size);
    }

    private static int SizeFor(Backup backup, int? size)
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

    /// <summary>
    /// What a project makes is bounded, for it all lies on one disk with others'; what lies in the volumes' holes, their
    /// users may write. Call in the transaction that adds the row: of two calls one sees the other's.
    /// </summary>
    /// <param name="size">GiB of the new one.</param>
    /// <param name="most">GiB of all that the project has made.</param>
    public static async Task CheckRoomAsync(ICatalogSession session, string projectId, int size, int most)
    {
        (int count, long gibibytes) = await session.Volumes.SumMadeAsync(projectId);
        if (count >= MostMade)
        {
            throw new ServiceError(
                ServiceErrorKind.OverLimit,
                $"The project has {MostMade} volumes, the most that it may make. Delete some."
            )
            {
                Refusal = Refusal.VolumeLimit,
            };
        }
        if (gibibytes + size > most)
        {
            throw new ServiceError(
                ServiceErrorKind.OverLimit,
                $"The project may make volumes of {most} GiB together: of {size} GiB no other can be made beside the "
                    + $"{gibibytes} GiB that there are. Delete some."
            )
            {
                Refusal = Refusal.VolumeGigabytesLimit,
            };
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
