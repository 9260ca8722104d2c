using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>
/// What must still be free before something is made. Each check runs in the transaction that adds or grows the row, and
/// counts rows: of two calls that want the last place one sees the other's row. Nothing is reserved, so nothing leaks.
/// </summary>
internal static class QuotaRules
{
    private const string ShareTooLarge = "Requested share exceeds allowed project/user or share type gigabytes quota.";

    public static async Task CheckBackupAsync(ICatalogSession session, QuotaOwner owner, int size)
    {
        QuotaLimits limits = await QuotaLimits.OfProjectAsync(session, owner.ProjectId);
        if (await ExceededAsync(session, limits, owner, QuotaTable.Backups, count: 1, size) is { } quota)
        {
            bool ofSize = quota.Resource == QuotaResource.BackupGigabytes;
            throw OverLimit(
                ofSize
                    ? "ShareBackupSizeExceedsAvailableQuota: Requested backup exceeds allowed Backup gigabytes quota. "
                        + $"Requested {size}G, quota is {quota.Limit}G and {quota.InUse}G has been consumed."
                    : $"BackupLimitExceeded: Maximum number of backups allowed ({quota.Limit}) exceeded.",
                ofSize ? Refusal.BackupGigabytesQuota : Refusal.BackupQuota
            );
        }
    }

    public static async Task CheckSnapshotAsync(ICatalogSession session, QuotaOwner owner, int size)
    {
        QuotaLimits limits = await QuotaLimits.OfProjectAsync(session, owner.ProjectId);
        if (await ExceededAsync(session, limits, owner, QuotaTable.Snapshots, count: 1, size) is { } quota)
        {
            throw OverLimit(
                quota.Resource == QuotaResource.SnapshotGigabytes
                    ? "SnapshotSizeExceedsAvailableQuota: Requested snapshot exceeds allowed project/user or share type "
                        + "gigabytes quota."
                    : $"SnapshotLimitExceeded: Maximum number of snapshots allowed ({quota.Limit}) either per "
                        + "project/user or share type quota is exceeded."
            );
        }
    }

    public static async Task CheckShareAsync(ICatalogSession session, QuotaOwner owner, int size)
    {
        QuotaLimits limits = await QuotaLimits.OfProjectAsync(session, owner.ProjectId);
        CheckShareSize(limits, owner, size);
        if (await ExceededAsync(session, limits, owner, QuotaTable.Shares, count: 1, size) is { } quota)
        {
            throw OverLimit(
                quota.Resource == QuotaResource.Gigabytes
                    ? $"ShareSizeExceedsAvailableQuota: {ShareTooLarge}"
                    : $"ShareLimitExceeded: Maximum number of shares allowed ({quota.Limit}) either per project/user "
                        + "or share type quota is exceeded."
            );
        }
    }

    /// <summary>For a share that is to grow; its new size is written in the same transaction.</summary>
    public static async Task CheckExtendAsync(ICatalogSession session, Share share, int newSize)
    {
        QuotaOwner owner = new(share.ProjectId, share.UserId, share.ShareTypeId);
        QuotaLimits limits = await QuotaLimits.OfProjectAsync(session, owner.ProjectId);
        CheckShareSize(limits, owner, newSize);
        int growth = newSize - share.Size;
        if (await ExceededAsync(session, limits, owner, QuotaTable.Shares, count: 0, growth) is not null)
        {
            // 403 and without the error's name: Manila's extend has it so.
            throw ServiceError.Forbidden(ShareTooLarge);
        }
    }

    private static void CheckShareSize(QuotaLimits limits, QuotaOwner owner, int size)
    {
        foreach (QuotaScope scope in owner.Scopes)
        {
            if (limits.Own(scope, QuotaResource.PerShareGigabytes) is >= 0 and int limit && size > limit)
            {
                throw OverLimit(
                    $"ShareSizeExceedsLimit: Requested share size {size} is larger than maximum allowed limit {limit}."
                );
            }
        }
    }

    /// <returns>
    /// The quota that so much more would not fit in: one of gigabytes before one of numbers, as in Manila; null when all fits.
    /// </returns>
    private static async Task<Quota?> ExceededAsync(
        ICatalogSession session,
        QuotaLimits limits,
        QuotaOwner owner,
        QuotaTable table,
        int count,
        int size
    )
    {
        Quota? tooMany = null;
        foreach (QuotaScope scope in owner.Scopes)
        {
            int maxSize = limits.Own(scope, table.Size) ?? QuotaResource.Unlimited;
            int maxCount = limits.Own(scope, table.Count) ?? QuotaResource.Unlimited;
            if (maxSize < 0 && maxCount < 0)
            {
                continue;
            }
            QuotaUsage used = await session.Quotas.UsageAsync(table, scope);
            if (maxSize >= 0 && used.Size + size > maxSize)
            {
                return new Quota(table.Size, maxSize, used.Size);
            }
            if (maxCount >= 0 && count > 0 && used.Count + count > maxCount)
            {
                tooMany ??= new Quota(table.Count, maxCount, used.Count);
            }
        }
        return tooMany;
    }

    private static ServiceError OverLimit(string message, Refusal refusal = Refusal.None) =>
        new(ServiceErrorKind.OverLimit, message) { Refusal = refusal };
}
