using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;

namespace Holdfast.Core.Services;

/// <summary>A share's size, which is a promise, and the states that an administrator may set by hand.</summary>
public sealed class ShareStateService(ICatalog catalog, Policy policy, TimeProvider time, WakeSignal wake)
{
    /// <param name="force">Without asking whether its backend has room; here there is nothing to ask.</param>
    public Task ExtendAsync(Caller caller, string id, int newSize, bool force, CancellationToken cancellationToken)
    {
        Require(caller, "share:extend");
        if (force)
        {
            Require(caller, "share:force_extend");
        }
        bool mayPassLargest = policy.Allows(caller, "share:extend_beyond_max_share_size_spec");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                Share share = await session.FindOwnShareAsync(caller, id);
                ShareRules.CheckNotInBin(share, $"Cannot extend share '{id}'");
                ShareRules.CheckExtend(share, newSize, mayPassLargest);
                await QuotaRules.CheckExtendAsync(session, share, newSize);
                await ResizeAsync(session, share, newSize);
                return true;
            },
            cancellationToken
        );
    }

    public Task ShrinkAsync(Caller caller, string id, int newSize, CancellationToken cancellationToken)
    {
        Require(caller, "share:shrink");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                Share share = await session.FindOwnShareAsync(caller, id);
                ShareRules.CheckNotInBin(share, $"Cannot shrink share '{id}'");
                ShareRules.CheckShrink(share, newSize);
                await ResizeAsync(session, share, newSize);
                return true;
            },
            cancellationToken
        );
    }

    /// <summary>Sets the status alone; live operations of the share are cancelled (epoch + 1), their backups released.</summary>
    public Task ResetStatusAsync(Caller caller, string id, string status, CancellationToken cancellationToken)
    {
        Require(caller, "share:reset_status");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                Share share = await session.FindOwnShareAsync(caller, id);
                policy.RequireOf(caller, "share:reset_status", share);
                ShareRules.CheckNotInBin(share, $"status cannot be reset for share '{id}'");
                DateTimeOffset now = time.Now();
                IReadOnlyList<Operation> live = await session.Operations.LiveOfShareAsync(id);
                // A snapshot has a status of its own to reset.
                await OperationEnd.CancelAllAsync(
                    session,
                    [
                        .. live.Where(operation =>
                            operation.Kind is not (OperationKind.CreateSnapshot or OperationKind.DeleteSnapshot)
                        ),
                    ],
                    "An administrator reset the share's status.",
                    now
                );
                return await session.Shares.SetStatusAsync(id, from: null, status, now);
            },
            cancellationToken
        );
    }

    /// <summary>
    /// Sets the task state alone. While it is one of a busy share, the share is not backed up, resized or deleted; it can
    /// be restored into, renamed, labelled and unmanaged.
    /// </summary>
    /// <param name="taskState">Null, or already one of the accepted words.</param>
    public Task ResetTaskStateAsync(Caller caller, string id, string? taskState, CancellationToken cancellationToken)
    {
        Require(caller, "share:reset_task_state");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                Share share = await session.FindOwnShareAsync(
                    caller,
                    id,
                    $"ShareNotFound: Share {id} could not be found."
                );
                policy.RequireOf(caller, "share:reset_task_state", share);
                ShareRules.CheckNotInBin(share, $"task state cannot be reset for share '{id}'");
                await session.Shares.SetTaskStateAsync(id, taskState, time.Now());
                return true;
            },
            cancellationToken
        );
    }

    /// <summary>Permission alone, for the endpoints that must refuse before they read the body.</summary>
    public void Require(Caller caller, string rule) => policy.Require(caller, rule);

    private async Task ResizeAsync(ICatalogSession session, Share share, int newSize)
    {
        DateTimeOffset now = time.Now();
        if (!await session.Shares.SetSizeAsync(share.Id, share.Size, newSize, now))
        {
            throw ServiceError.Conflict($"Share {share.Id} was changed by another call meanwhile. Try again.");
        }
        await session.QueueExportAsync(share.ProjectId, now);
    }
}
