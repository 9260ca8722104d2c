using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>What an administrator may set a limit to, in Manila's words.</summary>
internal static class QuotaLimitRules
{
    /// <param name="quota">The limit and the use that the scope has now.</param>
    /// <returns>The limit, valid.</returns>
    public static int Check(QuotaLimits limits, QuotaScope scope, Quota quota, long limit, bool force)
    {
        if (!force && limit >= 0 && quota.Limit >= 0 && quota.InUse > limit)
        {
            throw ServiceError.Invalid(
                $"Quota value {limit} for {quota.Resource} is smaller than already used and reserved {quota.InUse}."
            );
        }
        int valid = CheckRange(limit);
        bool part = scope.UserId is not null || scope.ShareTypeId is not null;
        int maximum = part ? limits.Shown(new QuotaScope(scope.ProjectId), quota.Resource) : QuotaResource.Unlimited;
        long minimum = part ? quota.InUse : Math.Max(quota.InUse, limits.PromisedToUsers(quota.Resource));
        if (force || (valid == QuotaResource.Unlimited && maximum == QuotaResource.Unlimited))
        {
            return valid;
        }
        if (valid < minimum)
        {
            throw ServiceError.Invalid($"Quota limit must be greater than {minimum}.");
        }
        return maximum != QuotaResource.Unlimited && valid > maximum
            ? throw ServiceError.Invalid($"Quota limit must be less than {maximum}.")
            : valid;
    }

    public static int CheckRange(long limit) =>
        limit switch
        {
            < QuotaResource.Unlimited => throw ServiceError.Invalid("Quota limit must be -1 or greater."),
            > int.MaxValue => throw ServiceError.Invalid(
                $"Invalid input received: Quota limit should not exceed {int.MaxValue}"
            ),
            _ => (int)limit,
        };
}
