using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Engine.Locks;

namespace Holdfast.Core.Workers;

/// <summary>
/// Our lock files have a <see cref="ClaimName"/> as their user. One whose claim is over belongs to a worker that is dead, or
/// that may commit nothing any more, and is in nobody's way; a lock of anybody else is not ours to judge.
/// </summary>
public sealed class LockJudge(ICatalog catalog, TimeProvider time)
{
    /// <summary>Whether the lock is ours and of a claim that is over. One of an operation that the catalog does not know is not.</summary>
    public async Task<bool> IsOverAsync(LockInfo held) =>
        ClaimName.TryParse(held.Username, out string operation, out long epoch)
        && await FindAsync(operation) is { } row
        && IsOver(row, epoch, time.Now());

    /// <summary>Whether that claim is over, or was never known.</summary>
    public async Task<bool> IsOverAsync(string operation, long epoch) =>
        await FindAsync(operation) is not { } row || IsOver(row, epoch, time.Now());

    /// <summary>Whether the claim of this name is over.</summary>
    public static async Task<bool> IsOverAsync(ICatalogSession session, string claim, DateTimeOffset now) =>
        ClaimName.TryParse(claim, out string operation, out long epoch)
        && (await session.Operations.FindAsync(operation) is not { } row || IsOver(row, epoch, now));

    // A worker whose claim was cancelled may still be writing until its lease ends.
    private static bool IsOver(Operation row, long epoch, DateTimeOffset now)
    {
        bool holds = row.Status == OperationStatus.Running && row.Epoch == epoch;
        bool winding = row.Status == OperationStatus.Cancelled && row.LeaseUntil > now;
        return !holds && !winding;
    }

    private Task<Operation?> FindAsync(string operation) =>
        catalog.ReadAsync(session => session.Operations.FindAsync(operation), CancellationToken.None);
}
