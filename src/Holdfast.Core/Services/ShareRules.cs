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

    public static void CheckSize(int size)
    {
        if (size <= 0)
        {
            throw ServiceError.Invalid($"Share size '{size}' must be an integer and greater than 0.");
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
        if (!string.IsNullOrEmpty(zone) && zone != options.AvailabilityZone)
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
        CheckLeast(type, size);
        CheckMost(type, size, ExtraSpec.LargestSize, "maximum allowable size");
    }

    private static void CheckLeast(ShareType type, int size)
    {
        if (
            type.ExtraSpecs.TryGetValue(ExtraSpec.SmallestSize, out string? least)
            && size < int.Parse(least, CultureInfo.InvariantCulture)
        )
        {
            throw ServiceError.Invalid(
                $"Invalid input received: Specified share size of '{size}' is less than the minimum required size of "
                    + $"'{least}' for share type '{type.Name}'."
            );
        }
    }

    private static void CheckMost(ShareType type, int size, string spec, string what)
    {
        if (type.ExtraSpecs.TryGetValue(spec, out string? most) && size > int.Parse(most, CultureInfo.InvariantCulture))
        {
            throw ServiceError.Invalid(
                $"Invalid input received: Specified share size of '{size}' is greater than the {what} of '{most}' for "
                    + $"share type '{type.Name}'."
            );
        }
    }

    public static async Task CheckDeleteAsync(ICatalogSession session, Share share)
    {
        if (share.Adopted)
        {
            throw ServiceError.Forbidden(
                $"Invalid share: Share {share.Id} was there before it was managed: unmanage it instead."
            );
        }
        if (!Deletable.Contains(share.Status))
        {
            throw ServiceError.Forbidden(
                $"Invalid share: Share status must be one of {string.Join(", ", Deletable)}; it is {share.Status}."
            );
        }
        if (await session.Backups.CountOfShareAsync(share.Id) is > 0 and int count)
        {
            throw ServiceError.Forbidden($"Invalid share: Share still has {count} dependent backups.");
        }
    }

    public static async Task CheckUnmanageAsync(ICatalogSession session, Share share)
    {
        if (Transitional.Contains(share.Status))
        {
            throw ServiceError.Forbidden(
                $"Share with transitional state can not be unmanaged. Share '{share.Id}' is in '{share.Status}' state."
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
