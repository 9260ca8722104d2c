using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>A share snapshot that a new share is to be made of, and the share that it is of.</summary>
internal sealed record ShareSource(ShareSnapshot Snapshot, Share Share)
{
    /// <summary>What must hold, in Manila's order and words.</summary>
    public static async Task<ShareSource> FindAsync(ICatalogSession session, Caller caller, string id)
    {
        ShareSnapshot snapshot =
            await session.FindShareSnapshotAsync(caller, id)
            ?? throw ServiceError.NotFound($"Snapshot {id} could not be found.");
        // A share is there as long as its snapshots.
        Share share = (await session.Shares.FindAsync(snapshot.ShareId))!;
        if (!share.ExtraSpecs.IsTrue(ExtraSpec.CreateShareFromSnapshotSupport))
        {
            throw ServiceError.Invalid(
                $"A new share may not be created from snapshot '{id}', because the snapshot's parent share does not have "
                    + "that capability."
            );
        }
        // Devices and set-id bits of one project have no business in another's share, and a snapshot keeps them.
        if (share.ProjectId != caller.ProjectId)
        {
            throw ServiceError.Invalid(
                $"A new share may not be created from snapshot '{id}', because the snapshot's parent share is another "
                    + "project's."
            );
        }
        return snapshot.Status == ShareSnapshotStatus.Available
            ? new ShareSource(snapshot, share)
            : throw ServiceError.Invalid($"Invalid share snapshot: status must be '{ShareSnapshotStatus.Available}'.");
    }

    public void Check(ShareType type, int size)
    {
        if (size < Snapshot.Size)
        {
            throw ServiceError.Invalid(
                $"Invalid input received: Share size '{size}' must be equal or greater than snapshot size."
            );
        }
        if (type.Id != Share.ShareTypeId)
        {
            throw ServiceError.Invalid(
                "Invalid input received: Invalid share type specified: the requested share type must match the type of "
                    + "the source share. If a share type is not specified when requesting a new share from a snapshot, the "
                    + "share type of the source share will be applied to the new share."
            );
        }
    }
}
