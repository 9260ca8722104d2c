namespace Holdfast.Core.Model;

/// <summary>What a project may have only so much of, by Manila's names.</summary>
public static class QuotaResource
{
    public const string Shares = "shares";
    public const string Gigabytes = "gigabytes";
    public const string Snapshots = "snapshots";
    public const string SnapshotGigabytes = "snapshot_gigabytes";
    public const string Backups = "backups";
    public const string BackupGigabytes = "backup_gigabytes";

    /// <summary>The largest size of one share: nothing of it is ever in use.</summary>
    public const string PerShareGigabytes = "per_share_gigabytes";

    /// <summary>What Holdfast has none of: limits that clients may set and read.</summary>
    public const string ShareNetworks = "share_networks";
    public const string ShareGroups = "share_groups";
    public const string ShareGroupSnapshots = "share_group_snapshots";
    public const string ShareReplicas = "share_replicas";
    public const string ReplicaGigabytes = "replica_gigabytes";
    public const string EncryptionKeys = "encryption_keys";

    /// <summary>No limit.</summary>
    public const int Unlimited = -1;

    /// <summary>Every resource, and its limit where nobody has set one: Manila's own.</summary>
    public static readonly IReadOnlyDictionary<string, int> Defaults = new Dictionary<string, int>(
        StringComparer.Ordinal
    )
    {
        [Shares] = 50,
        [Gigabytes] = 1000,
        [Snapshots] = 50,
        [SnapshotGigabytes] = 1000,
        [Backups] = 10,
        [BackupGigabytes] = 1000,
        [PerShareGigabytes] = Unlimited,
        [ShareNetworks] = 10,
        [ShareGroups] = 50,
        [ShareGroupSnapshots] = 50,
        [ShareReplicas] = 100,
        [ReplicaGigabytes] = 1000,
        [EncryptionKeys] = 100,
    };
}

/// <summary>Whose use a limit bounds: a project's, or the part of it that is one user's or of one share type.</summary>
public sealed record QuotaScope(string ProjectId, string? UserId = null, string? ShareTypeId = null);

/// <summary>What a new row counts towards.</summary>
/// <param name="ShareTypeId">The type of the share, or of the share that the row is of; null when it is of a volume.</param>
public sealed record QuotaOwner(string ProjectId, string UserId, string? ShareTypeId = null)
{
    public IReadOnlyList<QuotaScope> Scopes { get; } =
    [
        new(ProjectId),
        new(ProjectId, UserId: UserId),
        .. ShareTypeId is null ? Array.Empty<QuotaScope>() : [new(ProjectId, ShareTypeId: ShareTypeId)],
    ];
}

/// <summary>A resource's limit and what of it is in use: every row that there is, whatever its status.</summary>
public sealed record Quota(string Resource, int Limit, long InUse);
