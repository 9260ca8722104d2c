using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Core.Operations;

/// <summary>What a heartbeat answers to a worker.</summary>
public enum Beat
{
    /// <summary>The claim holds until a lease from now.</summary>
    Held,

    /// <summary>The claim holds, and somebody asked to stop: end it as cancelled.</summary>
    CancelRequested,

    /// <summary>The claim is over; nothing this worker does counts any more.</summary>
    Over,
}

/// <summary>
/// The life of operations: queued → running → succeeded, failed or cancelled, and back to queued when a worker died or an
/// attempt failed for now. Every end names the epoch of its claim, so an operation is ended once, by its last claim.
/// </summary>
/// <param name="projectLimit">
/// How many restores, and how many other operations that its members asked for, one project may have running; null for any number.
/// </param>
public sealed class OperationQueue(
    ICatalog catalog,
    TimeProvider time,
    TimeSpan lease,
    WakeSignal wake,
    ILogger<OperationQueue>? logger = null,
    int? projectLimit = null
)
{
    /// <summary>
    /// So many claims in a row lost with their workers, and it is the operation that kills them. More than a machine that
    /// fails by itself would, and few enough that all others get their turn.
    /// </summary>
    public const int MostLostClaims = 10;

    /// <summary>From this attempt on, what it waits for is no matter of a moment, and its project is told.</summary>
    private const int ToldFromAttempt = 3;

    private readonly ILogger log = logger ?? NullLogger<OperationQueue>.Instance;

    /// <summary>The longest time between two heartbeats of a claim: when three in a row are lost, so is the claim.</summary>
    public TimeSpan BeatInterval => lease / 3;

    public TimeSpan Lease => lease;

    /// <summary>Claims the operation whose turn it is of those that the offer fits.</summary>
    /// <returns>The claimed operation, or null when there is none now.</returns>
    public async Task<Operation?> ClaimAsync(ClaimOffer offer, CancellationToken cancellationToken)
    {
        // Looking costs no write lock; most looks find nothing.
        IReadOnlyList<Operation> heads = await catalog.ReadAsync(
            session => session.Operations.HeadsAsync(offer, projectLimit, time.Now()),
            cancellationToken
        );
        foreach (Operation head in heads)
        {
            if (await ClaimAsync(offer, head, cancellationToken) is { } claimed)
            {
                return claimed;
            }
        }
        return null;
    }

    /// <summary>Claims the first that stands in a queue with this one, unless others have got them all meanwhile.</summary>
    private Task<Operation?> ClaimAsync(ClaimOffer offer, Operation head, CancellationToken cancellationToken) =>
        catalog.ClaimAsync(
            async session =>
            {
                if (projectLimit is { } limit)
                {
                    await session.Operations.LockProjectAsync(head.ProjectId);
                    if (!await session.Operations.IsAllowedAsync(head, limit))
                    {
                        return null;
                    }
                }
                DateTimeOffset now = time.Now();
                Operation? next = await session.Operations.NextAsync(head, now);
                return next is not null && await session.Operations.ClaimAsync(next, offer, now, now + lease)
                    ? await session.Operations.FindAsync(next.Id)
                    : null;
            },
            cancellationToken
        );

    /// <summary>Keeps the claim, and shows its progress on the operation and on its backup.</summary>
    public Task<Beat> BeatAsync(Operation claimed, CancellationToken cancellationToken) =>
        catalog.WriteAsync(
            async session =>
            {
                DateTimeOffset now = time.Now();
                if (!await session.Operations.BeatAsync(claimed, now, now + lease))
                {
                    return Beat.Over;
                }
                // 100 is said by the closing transaction alone.
                int percent = Math.Min(claimed.Percent, 99);
                if (
                    claimed is
                    { Kind: OperationKind.CreateBackup or OperationKind.CreateVolumeBackup, ShownBackupId: { } created }
                )
                {
                    await session.Backups.SetProgressAsync(created, percent);
                }
                else if (
                    claimed is
                    {
                        Kind: OperationKind.RestoreBackup
                            or OperationKind.RestoreFiles
                            or OperationKind.RestoreVolumeBackup,
                        ShownBackupId: { } restored,
                    }
                )
                {
                    await session.Backups.SetRestoreProgressAsync(restored, percent);
                }
                Operation? row = await session.Operations.FindAsync(claimed.Id);
                return row!.CancelRequested ? Beat.CancelRequested : Beat.Held;
            },
            cancellationToken
        );

    /// <summary>To be called before what the operation works on is changed, where an end before that changes no status.</summary>
    /// <returns>False when the claim is over.</returns>
    public Task<bool> ForgetStatusBeforeAsync(Operation claimed, CancellationToken cancellationToken) =>
        catalog.WriteAsync(session => session.Operations.ForgetStatusBeforeAsync(claimed), cancellationToken);

    /// <summary>The closing transaction: ends the operation well, with the changes that say so.</summary>
    /// <returns>False, and nothing changed, when the claim is over.</returns>
    public async Task<bool> SucceedAsync(
        Operation claimed,
        Func<ICatalogSession, DateTimeOffset, Task> changes,
        CancellationToken cancellationToken
    )
    {
        bool ended = await catalog.WriteAsync(
            async session =>
            {
                DateTimeOffset now = time.Now();
                if (!await session.Operations.EndAsync(claimed, OperationStatus.Succeeded, null, now))
                {
                    return false;
                }
                await changes(session, now);
                await OperationEnd.UnpinAsync(session, claimed, now);
                await session.AnnounceEndAsync(claimed, failure: null, now);
                return true;
            },
            cancellationToken
        );
        wake.Wake();
        return ended;
    }

    /// <summary>Ends the operation for good without success, and gives its resources the statuses that say so.</summary>
    /// <param name="status">Failed or cancelled.</param>
    public Task<bool> FailAsync(Operation claimed, string status, string reason, CancellationToken cancellationToken) =>
        catalog.WriteAsync(
            async session =>
            {
                DateTimeOffset now = time.Now();
                if (!await session.Operations.EndAsync(claimed, status, claimed.PublicReason(reason), now))
                {
                    return false;
                }
                await OperationEnd.ReleaseAsync(session, claimed, reason, started: true, now);
                if (status == OperationStatus.Failed)
                {
                    await session.AnnounceEndAsync(claimed, reason, now);
                }
                return true;
            },
            cancellationToken
        );

    /// <summary>Puts the operation back for a later attempt, and says why.</summary>
    public Task<bool> RequeueAsync(Operation claimed, string reason, CancellationToken cancellationToken) =>
        catalog.WriteAsync(
            async session =>
            {
                DateTimeOffset now = time.Now();
                DateTimeOffset notBefore = now + Backoff.After(claimed.Attempts);
                string told = claimed.PublicWait(reason);
                if (!await AgainAsync(session, claimed with { LostClaims = 0 }, told, notBefore, now))
                {
                    return false;
                }
                if (claimed.Attempts >= ToldFromAttempt)
                {
                    await session.TellWaitingAsync(claimed, reason, now);
                }
                return true;
            },
            cancellationToken
        );

    /// <summary>Puts the operation back in its place: this worker is going away, and nothing is wrong.</summary>
    public Task<bool> ReturnAsync(Operation claimed, CancellationToken cancellationToken) =>
        catalog.WriteAsync(
            session => AgainAsync(session, claimed, null, claimed.NotBefore, time.Now()),
            cancellationToken
        );

    /// <summary>Says that the worker of a claim that is over has stopped.</summary>
    public Task LetGoAsync(Operation claimed, CancellationToken cancellationToken) =>
        catalog.WriteAsync(session => session.Operations.LetGoAsync(claimed), cancellationToken);

    /// <summary>Cancels a queued operation at once, and asks the worker of a running one to stop.</summary>
    /// <returns>The operation as it is then, or null when there is no live one of that id.</returns>
    public Task<Operation?> CancelAsync(string id, CancellationToken cancellationToken) =>
        catalog.WriteAsync(
            async session =>
            {
                DateTimeOffset now = time.Now();
                Operation? operation = await session.Operations.FindAsync(id);
                switch (operation?.Status)
                {
                    case OperationStatus.Queued:
                        await CancelQueuedAsync(session, operation, now);
                        break;
                    case OperationStatus.Running:
                        await session.Operations.RequestCancelAsync(id, now);
                        break;
                    default:
                        return null;
                }
                return await session.Operations.FindAsync(id);
            },
            cancellationToken
        );

    /// <summary>Requeues what workers left behind that have not been heard of for a lease, or gives it up.</summary>
    /// <returns>How many.</returns>
    public Task<int> RecoverExpiredAsync(CancellationToken cancellationToken) =>
        RecoverAsync(session => session.Operations.ExpiredAsync(time.Now()), cancellationToken);

    /// <summary>
    /// Requeues what an earlier process of this node left behind, whatever its lease. Only where that process is known to be
    /// dead, and only before the node's own workers start.
    /// </summary>
    public Task<int> RecoverNodeAsync(string node, CancellationToken cancellationToken) =>
        RecoverAsync(session => session.Operations.RunningOnAsync(node), cancellationToken);

    private async Task<int> RecoverAsync(
        Func<ICatalogSession, Task<IReadOnlyList<Operation>>> find,
        CancellationToken cancellationToken
    )
    {
        if ((await catalog.ReadAsync(find, cancellationToken)).Count == 0)
        {
            return 0;
        }
        IReadOnlyList<Operation> left = await catalog.WriteAsync(
            async session =>
            {
                DateTimeOffset now = time.Now();
                IReadOnlyList<Operation> lost = await find(session);
                foreach (Operation operation in lost)
                {
                    await RecoverAsync(session, operation, now);
                }
                return lost;
            },
            cancellationToken
        );
        wake.Wake();
        foreach (Operation operation in left)
        {
            Log.WorkerLost(log, operation.Kind, operation.Id, operation.Epoch, operation.Node);
            if (IsGivenUp(operation))
            {
                Log.GivenUp(log, operation.Kind, operation.Id, operation.Epoch, MostLostClaims);
            }
        }
        return left.Count;
    }

    private static async Task RecoverAsync(ICatalogSession session, Operation operation, DateTimeOffset now)
    {
        int lost = operation.LostClaims + 1;
        if (!IsGivenUp(operation))
        {
            const string message = "The worker was lost; beginning again.";
            // The first time in its place; then with room for others, whom it takes along whenever it kills its worker.
            DateTimeOffset notBefore = lost == 1 ? operation.NotBefore : now + Backoff.After(lost - 1);
            await AgainAsync(session, operation with { LostClaims = lost }, message, notBefore, now);
            return;
        }
        string reason =
            $"The service died {lost} times in a row while it was at it, so it is not tried again. Let an administrator "
            + "find out why, then ask for it again.";
        if (await session.Operations.EndAsync(operation, OperationStatus.Failed, reason, now))
        {
            await OperationEnd.ReleaseAsync(session, operation, reason, started: true, now);
            await session.AnnounceEndAsync(operation, reason, now);
        }
    }

    /// <summary>Whether the claim that was lost just now was the last.</summary>
    private static bool IsGivenUp(Operation lost) => lost.LostClaims + 1 >= MostLostClaims;

    /// <summary>
    /// Puts a claimed operation back, with its count of lost claims; one that its worker was asked to stop has nothing to
    /// wait for, and is cancelled.
    /// </summary>
    /// <returns>False, and nothing changed, when the claim is over.</returns>
    private static async Task<bool> AgainAsync(
        ICatalogSession session,
        Operation claimed,
        string? message,
        DateTimeOffset notBefore,
        DateTimeOffset now
    )
    {
        if (!await session.Operations.RequeueAsync(claimed, message, notBefore, now))
        {
            return false;
        }
        Operation queued = (await session.Operations.FindAsync(claimed.Id))!;
        if (queued.CancelRequested)
        {
            await CancelQueuedAsync(session, queued, now);
        }
        else if (message is not null && claimed.ShownBackupId is { } backup)
        {
            await session.Backups.SetReasonAsync(backup, message);
        }
        return true;
    }

    private static Task CancelQueuedAsync(ICatalogSession session, Operation queued, DateTimeOffset now) =>
        OperationEnd.CancelAllAsync(
            session,
            [queued],
            queued.Attempts == 0 ? "Cancelled before it began." : "Cancelled.",
            now
        );
}
