using Holdfast.Core.Access;
using Holdfast.Core.Access.Policies;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>Which rows are a caller's: another project's object is not there, unless it is public or the caller an administrator.</summary>
internal static class Visibility
{
    public static bool CanRead(this Caller caller, Share share) => caller.CanWrite(share) || share.IsPublic;

    public static bool CanWrite(this Caller caller, Share share) =>
        caller.IsAdmin || share.ProjectId == caller.ProjectId;

    public static bool CanUse(this Caller caller, Backup backup) =>
        caller.IsAdmin || backup.ProjectId == caller.ProjectId;

    public static bool CanUse(this Caller caller, Volume volume) =>
        caller.IsAdmin || volume.ProjectId == caller.ProjectId;

    public static bool CanUse(this Caller caller, ShareSnapshot snapshot) =>
        caller.IsAdmin || snapshot.ProjectId == caller.ProjectId;

    /// <returns>Null when it is not there or not the caller's.</returns>
    public static async Task<ShareSnapshot?> FindShareSnapshotAsync(
        this ICatalogSession session,
        Caller caller,
        string id
    ) => await session.ShareSnapshots.FindAsync(id) is { } snapshot && caller.CanUse(snapshot) ? snapshot : null;

    /// <returns>Null when it is not there or not readable by the caller.</returns>
    public static async Task<Share?> FindShareAsync(this ICatalogSession session, Caller caller, string id) =>
        await session.Shares.FindAsync(id) is { } share && caller.CanRead(share) ? share : null;

    /// <summary>The share, to change it: one that the caller may only read is refused.</summary>
    public static async Task<Share> FindOwnShareAsync(
        this ICatalogSession session,
        Caller caller,
        string id,
        string notFound = "The resource could not be found."
    )
    {
        Share share = await session.FindShareAsync(caller, id) ?? throw ServiceError.NotFound(notFound);
        return caller.CanWrite(share) ? share : throw ServiceError.Forbidden();
    }

    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.NotFound"/>: it is not there or not the caller's.</exception>
    public static async Task<Volume> FindVolumeAsync(this ICatalogSession session, Caller caller, string id) =>
        await session.Volumes.FindAsync(id) is { } volume && caller.CanUse(volume)
            ? volume
            : throw ServiceError.NotFound($"Volume {id} could not be found.", Refusal.NoVolume);

    /// <summary>Asks for the permission once more, about the share itself: a rule may look at whose it is.</summary>
    public static void RequireOf(this Policy policy, Caller caller, string rule, Share share) =>
        policy.Require(caller, rule, new PolicyTarget(share.ProjectId, share.UserId));

    /// <inheritdoc cref="RequireOf(Policy, Caller, string, Share)"/>
    public static void RequireOf(this Policy policy, Caller caller, string rule, ShareSnapshot snapshot) =>
        policy.Require(caller, rule, new PolicyTarget(snapshot.ProjectId, snapshot.UserId));

    /// <returns>Null when it is not there or not the caller's.</returns>
    public static async Task<Backup?> FindBackupAsync(this ICatalogSession session, Caller caller, string id) =>
        await session.Backups.FindAsync(id) is { } backup && caller.CanUse(backup) ? backup : null;

    /// <summary>A backup that the caller may look at and restore from: its project's own, or one that it was given.</summary>
    /// <returns>The sharing is null where it was not given; the backup is null when it is not there or not the caller's.</returns>
    public static async Task<(Backup? Backup, Sharing? Given)> FindUsableBackupAsync(
        this ICatalogSession session,
        Caller caller,
        string id,
        DateTimeOffset now
    )
    {
        // Asked whatever there is, so that a stranger's answer takes as long for a backup that exists.
        Sharing? given = await session.Sharings.FindUsableAsync(id, caller.ProjectId, now);
        Backup? backup = await session.Backups.FindAsync(id);
        return backup is not null && (given is not null || caller.CanUse(backup)) ? (backup, given) : (null, null);
    }

    /// <summary>
    /// What a recipient may know of the backup is what a sharing shows of it: not who made it, where, how, or what became
    /// of the owner's restores.
    /// </summary>
    public static Backup ShownTo(this Backup backup, Caller caller) =>
        caller.CanUse(backup)
            ? backup
            : backup with
            {
                UserId = "",
                RestoreProgress = 0,
                BackupType = null,
                Options = null,
                Host = null,
                Topic = null,
                FailReason = null,
                Notes = null,
                ScheduleId = null,
            };

    /// <returns>Null when it is not there, or is neither public nor given to the caller's project.</returns>
    public static async Task<ShareType?> FindShareTypeAsync(this ICatalogSession session, Caller caller, string id) =>
        await session.VisibleAsync(caller, await session.ShareTypes.FindAsync(id));

    /// <inheritdoc cref="FindShareTypeAsync"/>
    public static async Task<ShareType?> FindShareTypeNamedAsync(
        this ICatalogSession session,
        Caller caller,
        string name
    ) => await session.VisibleAsync(caller, await session.ShareTypes.FindNamedAsync(name));

    /// <returns>Null when there is none, or it is neither public nor given to the caller's project.</returns>
    public static async Task<ShareType?> FindDefaultShareTypeAsync(this ICatalogSession session, Caller caller) =>
        await session.VisibleAsync(caller, await session.ShareTypes.FindDefaultAsync());

    private static async Task<ShareType?> VisibleAsync(this ICatalogSession session, Caller caller, ShareType? type) =>
        type is null
        || type.IsPublic
        || caller.IsAdmin
        || await session.ShareTypes.HasProjectAsync(type.Id, caller.ProjectId)
            ? type
            : null;
}
