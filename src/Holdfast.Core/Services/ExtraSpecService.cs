using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>The extra specs of one share type.</summary>
public sealed class ExtraSpecService(ICatalog catalog, Policy policy)
{
    public Task<IReadOnlyDictionary<string, string>> ListAsync(
        Caller caller,
        string typeId,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "share_types_extra_spec:index");
        return catalog.ReadAsync(async session => (await FindAsync(session, typeId)).ExtraSpecs, cancellationToken);
    }

    public async Task<string> GetAsync(Caller caller, string typeId, string key, CancellationToken cancellationToken)
    {
        Require(caller, "share_types_extra_spec:show");
        ShareType type = await catalog.ReadAsync(session => FindAsync(session, typeId), cancellationToken);
        return type.ExtraSpecs.TryGetValue(key, out string? value) ? value : throw ServiceError.NotFound();
    }

    /// <summary>Adds the specs, or gives those there are new values.</summary>
    /// <returns>The given specs as they were stored.</returns>
    public Task<IReadOnlyDictionary<string, string>> SetAsync(
        Caller caller,
        string typeId,
        IReadOnlyDictionary<string, string> specs,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "share_types_extra_spec:create");
        return ChangeAsync(typeId, specs, cancellationToken);
    }

    /// <inheritdoc cref="SetAsync"/>
    public Task<IReadOnlyDictionary<string, string>> SetOneAsync(
        Caller caller,
        string typeId,
        string key,
        string value,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "share_types_extra_spec:update");
        return ChangeAsync(typeId, new Dictionary<string, string> { [key] = value }, cancellationToken);
    }

    /// <param name="snapshotSupportIsRequired">So it was before microversion 2.24.</param>
    public Task DeleteAsync(
        Caller caller,
        string typeId,
        string key,
        bool snapshotSupportIsRequired,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "share_types_extra_spec:delete");
        return catalog.WriteAsync(
            async session =>
            {
                ShareType type = await FindAsync(session, typeId);
                if (ExtraSpec.Required.Contains(key) || (snapshotSupportIsRequired && key == ExtraSpec.SnapshotSupport))
                {
                    throw ServiceError.Forbidden($"Extra spec '{key}' can't be deleted.");
                }
                Dictionary<string, string> left = new(type.ExtraSpecs, StringComparer.Ordinal);
                if (!left.Remove(key))
                {
                    throw ServiceError.NotFound($"Share Type {typeId} has no extra specs with key {key}.");
                }
                await session.ShareTypes.SetExtraSpecsAsync(typeId, left);
            },
            cancellationToken
        );
    }

    /// <summary>Permission alone, for the endpoints that must refuse before they read the body.</summary>
    public void Require(Caller caller, string rule) => policy.Require(caller, rule);

    private Task<IReadOnlyDictionary<string, string>> ChangeAsync(
        string typeId,
        IReadOnlyDictionary<string, string> specs,
        CancellationToken cancellationToken
    ) =>
        catalog.WriteAsync(
            async session =>
            {
                ShareType type = await FindAsync(session, typeId);
                ShareTypeRules.CheckEach(specs);
                IReadOnlyDictionary<string, string> tidy = ShareTypeRules.Tidy(specs);
                Dictionary<string, string> all = new(type.ExtraSpecs, StringComparer.Ordinal);
                foreach ((string key, string value) in tidy)
                {
                    all[key] = value;
                }
                await session.ShareTypes.SetExtraSpecsAsync(typeId, all);
                return tidy;
            },
            cancellationToken
        );

    private static async Task<ShareType> FindAsync(ICatalogSession session, string id) =>
        await session.ShareTypes.FindAsync(id) ?? throw ServiceError.NotFound($"Share type {id} could not be found.");
}
