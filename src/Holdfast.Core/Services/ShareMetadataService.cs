using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;

namespace Holdfast.Core.Services;

/// <summary>The key-value pairs that users label a share with.</summary>
public sealed class ShareMetadataService(ICatalog catalog, Policy policy, TimeProvider time, WakeSignal wake)
{
    private const string NoShare = "Share not found.";

    public async Task<IReadOnlyDictionary<string, string>> GetAsync(
        Caller caller,
        string id,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "share:get_share_metadata");
        Share share =
            await catalog.ReadAsync(session => session.FindShareAsync(caller, id), cancellationToken)
            ?? throw ServiceError.NotFound(NoShare);
        return share.Metadata;
    }

    public async Task<string> GetItemAsync(Caller caller, string id, string key, CancellationToken cancellationToken) =>
        (await GetAsync(caller, id, cancellationToken)).TryGetValue(key, out string? value) ? value : throw NoItem();

    /// <summary>Adds the pairs, or gives those there are new values.</summary>
    /// <returns>All that the share has then.</returns>
    public Task<IReadOnlyDictionary<string, string>> SetAsync(
        Caller caller,
        string id,
        IReadOnlyDictionary<string, string> given,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "share:update_share_metadata");
        return ChangeAsync(caller, id, was => was.Concat(given), cancellationToken);
    }

    /// <returns>All that the share has then: what was given.</returns>
    public Task<IReadOnlyDictionary<string, string>> ReplaceAsync(
        Caller caller,
        string id,
        IReadOnlyDictionary<string, string> given,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "share:update_share_metadata");
        return ChangeAsync(caller, id, _ => given, cancellationToken);
    }

    public Task DeleteItemAsync(Caller caller, string id, string key, CancellationToken cancellationToken)
    {
        Require(caller, "share:delete_share_metadata");
        return ChangeAsync(
            caller,
            id,
            was => was.ContainsKey(key) ? was.Where(pair => pair.Key != key) : throw NoItem(),
            cancellationToken
        );
    }

    /// <summary>Permission alone, for the endpoints that must refuse before they read the body.</summary>
    public void Require(Caller caller, string rule) => policy.Require(caller, rule);

    /// <param name="change">From what the share has to what it is to have; a later pair replaces an earlier one.</param>
    private async Task<IReadOnlyDictionary<string, string>> ChangeAsync(
        Caller caller,
        string id,
        Func<IReadOnlyDictionary<string, string>, IEnumerable<KeyValuePair<string, string>>> change,
        CancellationToken cancellationToken
    )
    {
        return await catalog.ChangeAsync(
            wake,
            async session =>
            {
                Share share = await session.FindOwnShareAsync(caller, id, NoShare);
                ShareRules.CheckNotInBin(share, $"Metadata of share '{id}' cannot be changed,");
                Dictionary<string, string> metadata = new(StringComparer.Ordinal);
                foreach ((string key, string value) in change(share.Metadata))
                {
                    metadata[key] = value;
                }
                MetadataRules.Check(metadata);
                DateTimeOffset now = time.Now();
                await session.Shares.SetMetadataAsync(id, metadata, now);
                await session.QueueExportAsync(share.ProjectId, now);
                return metadata;
            },
            cancellationToken
        );
    }

    private static ServiceError NoItem() => ServiceError.NotFound("MetadataItemNotFound: Metadata item is not found.");
}
