using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>
/// A project's limits. What nobody has set for it holds by the class <c>default</c>, and by Manila's defaults where that
/// has none either; a user or a share type without limits of their own is bound by the project's alone.
/// </summary>
internal sealed class QuotaLimits
{
    private readonly Dictionary<(string? UserId, string? ShareTypeId, string Resource), int> set;
    private readonly IReadOnlyDictionary<string, int> defaults;

    private QuotaLimits(IReadOnlyList<QuotaLimit> rows, IReadOnlyDictionary<string, int> defaults)
    {
        set = rows.ToDictionary(row => (row.UserId, row.ShareTypeId, row.Resource), row => row.HardLimit);
        this.defaults = defaults;
    }

    public static async Task<QuotaLimits> OfProjectAsync(ICatalogSession session, string projectId) =>
        new(await session.Quotas.OfProjectAsync(projectId), await OfClassAsync(session, QuotaRows.DefaultClass));

    public static async Task<IReadOnlyDictionary<string, int>> OfClassAsync(ICatalogSession session, string name)
    {
        Dictionary<string, int> limits = new(QuotaResource.Defaults, StringComparer.Ordinal);
        foreach (QuotaLimit row in await session.Quotas.OfClassAsync(name))
        {
            limits[row.Resource] = row.HardLimit;
        }
        return limits;
    }

    /// <summary>What the scope is told its limit is.</summary>
    public int Shown(QuotaScope scope, string resource) => Own(scope, resource) ?? OfProject(resource);

    /// <summary>What bounds the scope's own use: null where only the project's limit does.</summary>
    public int? Own(QuotaScope scope, string resource) =>
        set.TryGetValue((scope.UserId, scope.ShareTypeId, resource), out int limit) ? limit
        : scope is { UserId: null, ShareTypeId: null } ? defaults[resource]
        : null;

    /// <summary>What the project's users have been promised together.</summary>
    public long PromisedToUsers(string resource) =>
        set.Where(limit => limit.Key.UserId is not null && limit.Key.Resource == resource)
            .Sum(limit => Math.Max(0L, limit.Value));

    private int OfProject(string resource) =>
        set.TryGetValue((null, null, resource), out int limit) ? limit : defaults[resource];
}
