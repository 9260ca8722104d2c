using Holdfast.Core.Model;

namespace Holdfast.Api.Manila.Quotas;

/// <summary>A resource, as quota sets have it.</summary>
/// <param name="Minor">The microversion 2.x from which it is there.</param>
/// <param name="OfShareTypes">Whether it can be limited for one share type.</param>
internal sealed record QuotaKey(string Name, int Minor = 0, bool OfShareTypes = true);

internal static class QuotaKeys
{
    public static readonly IReadOnlyList<QuotaKey> All =
    [
        new(QuotaResource.Shares),
        new(QuotaResource.Gigabytes),
        new(QuotaResource.Snapshots),
        new(QuotaResource.SnapshotGigabytes),
        new(QuotaResource.ShareNetworks, OfShareTypes: false),
        new(QuotaResource.ShareGroups, 40, OfShareTypes: false),
        new(QuotaResource.ShareGroupSnapshots, 40, OfShareTypes: false),
        new(QuotaResource.ShareReplicas, 53),
        new(QuotaResource.ReplicaGigabytes, 53),
        new(QuotaResource.PerShareGigabytes, 62),
        new(QuotaResource.Backups, 80),
        new(QuotaResource.BackupGigabytes, 80),
        new(QuotaResource.EncryptionKeys, 90),
    ];

    /// <summary>Those that there are at the request's microversion.</summary>
    public static IEnumerable<QuotaKey> At(Microversion version) => All.Where(key => version.Minor >= key.Minor);

    public static QuotaKey? Find(string name) => All.FirstOrDefault(key => key.Name == name);
}
