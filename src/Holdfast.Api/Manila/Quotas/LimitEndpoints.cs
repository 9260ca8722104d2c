using System.Text.Json;
using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Manila.Quotas;

/// <summary>The caller's project's limits and what is used of them, by the names that they have nowhere else.</summary>
internal static class LimitEndpoints
{
    private static readonly (int Minor, string Resource, string Limit, string Used)[] Names =
    [
        (0, QuotaResource.Gigabytes, "maxTotalShareGigabytes", "totalShareGigabytesUsed"),
        (0, QuotaResource.SnapshotGigabytes, "maxTotalSnapshotGigabytes", "totalSnapshotGigabytesUsed"),
        (0, QuotaResource.Shares, "maxTotalShares", "totalSharesUsed"),
        (0, QuotaResource.Snapshots, "maxTotalShareSnapshots", "totalShareSnapshotsUsed"),
        (0, QuotaResource.ShareNetworks, "maxTotalShareNetworks", "totalShareNetworksUsed"),
        (53, QuotaResource.ShareReplicas, "maxTotalShareReplicas", "totalShareReplicasUsed"),
        (53, QuotaResource.ReplicaGigabytes, "maxTotalReplicaGigabytes", "totalReplicaGigabytesUsed"),
        (58, QuotaResource.ShareGroups, "maxTotalShareGroups", "totalShareGroupsUsed"),
        (58, QuotaResource.ShareGroupSnapshots, "maxTotalShareGroupSnapshots", "totalShareGroupSnapshotsUsed"),
        (80, QuotaResource.Backups, "maxTotalShareBackups", "totalShareBackupsUsed"),
        (80, QuotaResource.BackupGigabytes, "maxTotalBackupGigabytes", "totalBackupGigabytesUsed"),
    ];

    public static readonly ManilaResource[] Resources = [new ManilaResource("limits").On("GET", ListAsync)];

    private static async Task ListAsync(ManilaRequest request)
    {
        QuotaSet set = await request.Service<QuotaService>().LimitsAsync(request.Caller, request.Aborted);
        await request.ReplyAsync(200, "limits", set, Write);
    }

    private static void Write(Utf8JsonWriter writer, QuotaSet set, ManilaRequest request)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("rate");
        writer.WriteEndArray();
        writer.WriteStartObject("absolute");
        foreach (
            (_, string resource, string limit, string used) in Names.Where(name => request.Version.Minor >= name.Minor)
        )
        {
            writer.WriteNumber(limit, set.Quotas[resource].Limit);
            writer.WriteNumber(used, set.Quotas[resource].InUse);
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
