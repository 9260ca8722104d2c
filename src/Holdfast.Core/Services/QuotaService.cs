using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>Whose limits a call is about.</summary>
/// <param name="ShareType">Id or name.</param>
public sealed record QuotaTarget(string ProjectId, string? UserId = null, string? ShareType = null);

/// <summary>Every resource's limit and use, in a scope.</summary>
public sealed record QuotaSet(QuotaScope Scope, IReadOnlyDictionary<string, Quota> Quotas);

/// <summary>What projects may have, and what they have of it: administrators set limits, a project's readers see theirs.</summary>
public sealed class QuotaService(ICatalog catalog, Policy policy)
{
    private const int LongestId = 255;

    public Task<QuotaSet> GetAsync(Caller caller, QuotaTarget target, CancellationToken cancellationToken)
    {
        Require(caller, "quota_set:show");
        if (!caller.IsAdmin && target.ProjectId != caller.ProjectId)
        {
            throw ServiceError.Forbidden();
        }
        return catalog.ReadAsync(
            async session => await SetAsync(session, await ScopeAsync(session, caller, target)),
            cancellationToken
        );
    }

    /// <summary>The limits of a project for which nobody has set any.</summary>
    public Task<IReadOnlyDictionary<string, int>> DefaultsAsync(Caller caller, CancellationToken cancellationToken)
    {
        Require(caller, "quota_set:show");
        return catalog.ReadAsync(
            session => QuotaLimits.OfClassAsync(session, QuotaRows.DefaultClass),
            cancellationToken
        );
    }

    /// <summary>The caller's own project, without permission to ask: what whoever is in it bumps into anyway.</summary>
    public Task<QuotaSet> LimitsAsync(Caller caller, CancellationToken cancellationToken) =>
        caller.ProjectId.Length == 0
            ? throw ServiceError.Forbidden()
            : catalog.ReadAsync(session => SetAsync(session, new QuotaScope(caller.ProjectId)), cancellationToken);

    /// <summary>Sets all of the limits or none.</summary>
    /// <param name="force">Also where more than the limit is in use already, or more than the project has.</param>
    public Task<QuotaSet> UpdateAsync(
        Caller caller,
        QuotaTarget target,
        IReadOnlyDictionary<string, long> limits,
        bool force,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "quota_set:update");
        CheckId("project", target.ProjectId);
        CheckId("user", target.UserId);
        return catalog.WriteAsync(
            async session =>
            {
                QuotaScope scope = await ScopeAsync(session, caller, target);
                QuotaLimits before = await QuotaLimits.OfProjectAsync(session, scope.ProjectId);
                QuotaSet set = await SetAsync(session, scope);
                foreach ((string resource, long limit) in limits)
                {
                    int valid = QuotaLimitRules.Check(before, scope, set.Quotas[resource], limit, force);
                    await session.Quotas.SetAsync(scope, resource, valid);
                }
                return await SetAsync(session, scope);
            },
            cancellationToken
        );
    }

    /// <summary>Back to the defaults: a user's or a share type's limits, or all that the project has, those of its users and types too.</summary>
    public Task DeleteAsync(Caller caller, QuotaTarget target, CancellationToken cancellationToken)
    {
        Require(caller, "quota_set:delete");
        return catalog.WriteAsync(
            async session =>
            {
                QuotaScope scope = await ScopeAsync(session, caller, target);
                await (
                    scope is { UserId: null, ShareTypeId: null }
                        ? session.Quotas.RemoveProjectAsync(scope.ProjectId)
                        : session.Quotas.RemoveAsync(scope)
                );
            },
            cancellationToken
        );
    }

    public Task<IReadOnlyDictionary<string, int>> GetClassAsync(
        Caller caller,
        string name,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "quota_class_set:show");
        // No token names a class, so none is a member's own.
        return caller.IsAdmin
            ? catalog.ReadAsync(session => QuotaLimits.OfClassAsync(session, name), cancellationToken)
            : throw ServiceError.Forbidden();
    }

    public Task<IReadOnlyDictionary<string, int>> UpdateClassAsync(
        Caller caller,
        string name,
        IReadOnlyDictionary<string, long> limits,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "quota_class_set:update");
        CheckId("quota class", name);
        return catalog.WriteAsync(
            async session =>
            {
                foreach ((string resource, long limit) in limits)
                {
                    await session.Quotas.SetClassAsync(name, resource, QuotaLimitRules.CheckRange(limit));
                }
                return await QuotaLimits.OfClassAsync(session, name);
            },
            cancellationToken
        );
    }

    /// <summary>Permission alone, for the endpoints that must refuse before they read the body.</summary>
    public void Require(Caller caller, string rule) => policy.Require(caller, rule);

    private static async Task<QuotaScope> ScopeAsync(ICatalogSession session, Caller caller, QuotaTarget target)
    {
        string? user = string.IsNullOrEmpty(target.UserId) ? null : target.UserId;
        if (string.IsNullOrEmpty(target.ShareType))
        {
            return new QuotaScope(target.ProjectId, user);
        }
        if (user is not null)
        {
            throw ServiceError.Invalid("'user_id' and 'share_type' values are mutually exclusive");
        }
        ShareType type =
            await session.FindShareTypeAsync(caller, target.ShareType)
            ?? await session.FindShareTypeNamedAsync(caller, target.ShareType)
            ?? throw ServiceError.NotFound($"Share type with name or id '{target.ShareType}' not found.");
        return new QuotaScope(target.ProjectId, ShareTypeId: type.Id);
    }

    private static async Task<QuotaSet> SetAsync(ICatalogSession session, QuotaScope scope)
    {
        QuotaLimits limits = await QuotaLimits.OfProjectAsync(session, scope.ProjectId);
        Dictionary<string, long> used = new(StringComparer.Ordinal);
        foreach (QuotaTable table in QuotaTable.All)
        {
            QuotaUsage usage = await session.Quotas.UsageAsync(table, scope);
            used[table.Count] = usage.Count;
            used[table.Size] = usage.Size;
        }
        return new QuotaSet(
            scope,
            QuotaResource.Defaults.Keys.ToDictionary(
                resource => resource,
                resource => new Quota(resource, limits.Shown(scope, resource), used.GetValueOrDefault(resource))
            )
        );
    }

    private static void CheckId(string what, string? id)
    {
        if (id?.Length > LongestId)
        {
            throw ServiceError.Invalid($"The id of a {what} has at most {LongestId} characters.");
        }
    }
}
