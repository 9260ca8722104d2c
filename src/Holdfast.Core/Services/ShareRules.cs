using System.Buffers;
using System.Globalization;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>What must hold before a share may be made or removed, in Manila's words.</summary>
internal static class ShareRules
{
    // The protocols are promises to clients; the bytes are a directory whatever the protocol.
    private static readonly string[] Protocols = ["NFS", "CIFS"];

    // The statuses in which nothing works on the share's bytes.
    private static readonly string[] Deletable =
    [
        ShareStatus.Available,
        ShareStatus.Error,
        "inactive",
        ShareStatus.ErrorDeleting,
        ShareStatus.BackupRestoringError,
    ];

    private static readonly string[] Transitional =
    [
        ShareStatus.Creating,
        ShareStatus.Deleting,
        ShareStatus.BackupCreating,
        ShareStatus.BackupRestoring,
    ];

    // Only the status is ours to set; these come from an administrator or an imported row, and mean that bytes move.
    private static readonly HashSet<string> BusyTasks = new(StringComparer.Ordinal)
    {
        "migration_starting",
        "migration_in_progress",
        "migration_completing",
        "migration_driver_starting",
        "migration_driver_in_progress",
        "migration_driver_phase1_done",
        "data_copying_starting",
        "data_copying_in_progress",
        "data_copying_completing",
        "data_copying_completed",
    };

    private static readonly SearchValues<char> ProjectIdLetters = SearchValues.Create("0123456789abcdef-");

    /// <returns>The protocol in upper case.</returns>
    public static string Protocol(string given)
    {
        string protocol = given.ToUpperInvariant();
        return Protocols.Contains(protocol)
            ? protocol
            : throw ServiceError.Invalid(
                $"Invalid share protocol provided: {given}. It is either disabled or unsupported. Available protocols: "
                    + "['NFS', 'CIFS']"
            );
    }

    public static void CheckSize(int? size)
    {
        if (size is null or <= 0)
        {
            string given = size is { } number ? $"{number}" : "None";
            throw ServiceError.Invalid($"Share size '{given}' must be an integer and greater than 0.");
        }
    }

    // The grammar of project ids in URLs; a repository's place is made of one, so nothing else may pass for it.
    public static void CheckProject(string? id)
    {
        if (id is { } given && (given.Length == 0 || given.AsSpan().ContainsAnyExcept(ProjectIdLetters)))
        {
            throw ServiceError.Invalid($"'project_id' must be a project's id, and '{id}' is none.");
        }
    }

    public static void CheckZone(string? zone, CoreOptions options)
    {
        if (
            !string.IsNullOrEmpty(zone)
            && zone != options.AvailabilityZone
            && zone != NodeService.IdOf(options.AvailabilityZone)
        )
        {
            throw ServiceError.NotFound($"Availability zone {zone} could not be found.");
        }
    }

    /// <summary>Whether shares of the type can be here at all.</summary>
    public static void CheckType(ShareType type, CoreOptions options)
    {
        if (type.ExtraSpecs.IsTrue(ExtraSpec.DriverHandlesShareServers))
        {
            throw ServiceError.Invalid(
                "Share network must be set when the driver_handles_share_servers is true; there are no share networks "
                    + $"here, so that no share can be of type {type.Name}. Name another."
            );
        }
        if (!ShareTypeRules.MayBeIn(type, options.AvailabilityZone))
        {
            throw ServiceError.Invalid(
                $"Share type {type.Name} is not supported within the availability zone chosen {options.AvailabilityZone}."
            );
        }
    }

    /// <summary>Whether a new share of the type may be that large.</summary>
    public static void CheckSizeOf(ShareType type, int size)
    {
        CheckLeast(type.Name, type.ExtraSpecs, size);
        CheckMost(type.Name, type.ExtraSpecs, size, ExtraSpec.LargestSize, "size");
    }

    private static void CheckLeast(string type, IReadOnlyDictionary<string, string> specs, int size)
    {
        if (
            specs.TryGetValue(ExtraSpec.SmallestSize, out string? least)
            && size < int.Parse(least, CultureInfo.InvariantCulture)
        )
        {
            throw ServiceError.Invalid(
                $"Invalid input received: Specified share size of '{size}' is less than the minimum required size of "
                    + $"'{least}' for share type '{type}'."
            );
        }
    }

    private static void CheckMost(
        string type,
        IReadOnlyDictionary<string, string> specs,
        int size,
        string spec,
        string what
    )
    {
        if (specs.TryGetValue(spec, out string? most) && size > int.Parse(most, CultureInfo.InvariantCulture))
        {
            throw ServiceError.Invalid(
                $"Invalid input received: Specified share size of '{size}' is greater than the maximum allowable {what} "
                    + $"of '{most}' for share type '{type}'."
            );
        }
    }

    /// <returns>What to tell whoever wants the share otherwise; null when no task works on it.</returns>
    public static string? WhatItIsBusyWith(Share share) =>
        share.TaskState is { } task && BusyTasks.Contains(task)
            ? $"Share is busy with an active task: Share {share.Id} is busy as part of an active task: {task}."
            : null;

    /// <param name="what">What cannot be done, in Manila's words, before the reason.</param>
    public static void CheckNotInBin(Share share, string what)
    {
        if (share.ScheduledToBeDeletedAt is not null)
        {
            throw ServiceError.Forbidden($"{what} since it has been soft deleted.");
        }
    }

    public static void CheckExtend(Share share, int newSize, bool mayPassLargest)
    {
        if (share.Status != ShareStatus.Available)
        {
            throw ServiceError.Invalid(
                $"Invalid share: Share {share.Id} status must be 'available' to extend, but current status is: "
                    + $"{share.Status}."
            );
        }
        CheckNotBusy(share);
        if (newSize <= share.Size)
        {
            throw ServiceError.Invalid(
                "Invalid input received: New size for extend must be greater than current size. "
                    + $"(current: {share.Size}, extended: {newSize})."
            );
        }
        if (mayPassLargest)
        {
            CheckMost(share.ShareTypeName, share.ExtraSpecs, newSize, ExtraSpec.LargestExtendedSize, "extend size");
        }
        else
        {
            CheckMost(share.ShareTypeName, share.ExtraSpecs, newSize, ExtraSpec.LargestSize, "size");
        }
    }

    public static void CheckShrink(Share share, int newSize)
    {
        if (share.Status != ShareStatus.Available)
        {
            throw ServiceError.Invalid(
                $"Invalid share: Share {share.Id} status must in (available, shrinking_possible_data_loss_error) to "
                    + $"shrink, but current status is: {share.Status}."
            );
        }
        CheckNotBusy(share);
        if (newSize >= share.Size || newSize <= 0)
        {
            throw ServiceError.Invalid(
                "Invalid input received: New size for shrink must be less than current size and greater than 0 "
                    + $"(current: {share.Size}, new: {newSize})."
            );
        }
        CheckLeast(share.ShareTypeName, share.ExtraSpecs, newSize);
    }

    public static async Task CheckDeleteAsync(ICatalogSession session, Share share)
    {
        CheckOurs(share);
        if (!Deletable.Contains(share.Status))
        {
            throw ServiceError.Forbidden(
                $"Invalid share: Share status must be one of {string.Join(", ", Deletable)}; it is {share.Status}."
            );
        }
        await CheckNothingDependsAsync(session, share);
        CheckNotBusy(share);
    }

    /// <summary>Whatever the share's status is: an administrator's way out.</summary>
    public static async Task CheckForceDeleteAsync(ICatalogSession session, Share share)
    {
        CheckOurs(share);
        await CheckNothingDependsAsync(session, share);
        CheckNotBusy(share);
    }

    public static async Task CheckSoftDeleteAsync(ICatalogSession session, Share share)
    {
        if (share.ScheduledToBeDeletedAt is not null)
        {
            throw ServiceError.Forbidden("Invalid share: The share has been soft deleted already.");
        }
        CheckOurs(share);
        if (share.Status is not (ShareStatus.Available or ShareStatus.Error or "inactive"))
        {
            throw ServiceError.Forbidden(
                $"Invalid share: Share status must be one of available, error, inactive; it is {share.Status}."
            );
        }
        await CheckNothingDependsAsync(session, share);
        if (WhatItIsBusyWith(share) is { } busy)
        {
            throw ServiceError.Forbidden(busy);
        }
    }

    private static void CheckOurs(Share share)
    {
        if (share.Adopted)
        {
            throw ServiceError.Forbidden(
                $"Invalid share: Share {share.Id} was there before it was managed: unmanage it instead."
            );
        }
    }

    private static async Task CheckNothingDependsAsync(ICatalogSession session, Share share)
    {
        if (await session.ShareSnapshots.CountOfShareAsync(share.Id) is > 0 and int snapshots)
        {
            throw ServiceError.Forbidden($"Invalid share: Share still has {snapshots} dependent snapshots.");
        }
        if (await session.Backups.CountOfShareAsync(share.Id) is > 0 and int count)
        {
            throw ServiceError.Forbidden($"Invalid share: Share still has {count} dependent backups.");
        }
    }

    private static void CheckNotBusy(Share share)
    {
        if (WhatItIsBusyWith(share) is { } busy)
        {
            throw ServiceError.Invalid(busy);
        }
    }

    public static async Task CheckUnmanageAsync(ICatalogSession session, Share share)
    {
        CheckNotInBin(share, $"Share '{share.Id}' cannot be unmanaged,");
        if (Transitional.Contains(share.Status))
        {
            throw ServiceError.Forbidden(
                $"Share with transitional state can not be unmanaged. Share '{share.Id}' is in '{share.Status}' state."
            );
        }
        if (await session.ShareSnapshots.CountOfShareAsync(share.Id) is > 0 and int snapshots)
        {
            throw ServiceError.Forbidden(
                $"Share '{share.Id}' can not be unmanaged because it has '{snapshots}' dependent snapshot(s)."
            );
        }
        if (await session.Backups.CountOfShareAsync(share.Id) is > 0 and int count)
        {
            throw ServiceError.Forbidden(
                $"Share '{share.Id}' can not be unmanaged because it has '{count}' dependent backup(s)."
            );
        }
    }
}
