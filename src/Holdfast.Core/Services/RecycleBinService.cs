using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;

namespace Holdfast.Core.Services;

/// <summary>
/// Shares that were deleted softly: hidden from lists, and whole, until they are taken out again or maintenance deletes
/// them when their time is over.
/// </summary>
public sealed class RecycleBinService(ICatalog catalog, Policy policy, TimeProvider time, WakeSignal wake)
{
    /// <summary>Manila's default.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    public Task SoftDeleteAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        policy.Require(caller, "share:soft_delete");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                Share share = await session.FindOwnShareAsync(caller, id);
                await ShareRules.CheckSoftDeleteAsync(session, share);
                DateTimeOffset now = time.Now();
                await session.Shares.SetBinAsync(id, now + Kept, now);
                await session.QueueExportAsync(share.ProjectId, now);
                return true;
            },
            cancellationToken
        );
    }

    /// <returns>False when it was not in the bin, and nothing changed.</returns>
    public Task<bool> RestoreAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        policy.Require(caller, "share:restore");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                Share share = await session.FindOwnShareAsync(caller, id, $"No share exists with ID {id}.");
                if (share.ScheduledToBeDeletedAt is null)
                {
                    return false;
                }
                if (share.Status is ShareStatus.Deleting or ShareStatus.ErrorDeleting)
                {
                    throw ServiceError.Forbidden(
                        $"Share {id} is being deleted or has suffered an error during deletion, cannot be restored."
                    );
                }
                DateTimeOffset now = time.Now();
                await session.Shares.SetBinAsync(id, until: null, now);
                await session.QueueExportAsync(share.ProjectId, now);
                return true;
            },
            cancellationToken
        );
    }
}
