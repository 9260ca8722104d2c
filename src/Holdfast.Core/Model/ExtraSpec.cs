namespace Holdfast.Core.Model;

/// <summary>The extra specs of share types that mean something to Manila's clients. Their values are text.</summary>
public static class ExtraSpec
{
    private const string Is = "<is>";

    public const string DriverHandlesShareServers = "driver_handles_share_servers";
    public const string SnapshotSupport = "snapshot_support";
    public const string CreateShareFromSnapshotSupport = "create_share_from_snapshot_support";
    public const string RevertToSnapshotSupport = "revert_to_snapshot_support";
    public const string MountSnapshotSupport = "mount_snapshot_support";
    public const string MountPointNameSupport = "mount_point_name_support";
    public const string SnapshotInheritShareAccessSupport = "snapshot_inherit_share_access_support";
    public const string ReplicationType = "replication_type";
    public const string AvailabilityZones = "availability_zones";
    public const string EncryptionSupport = "encryption_support";
    public const string LargestSize = "provisioning:max_share_size";
    public const string SmallestSize = "provisioning:min_share_size";
    public const string LargestExtendedSize = "provisioning:max_share_extend_size";
    public const string MountPointPrefix = "provisioning:mount_point_prefix";
    public const string DefaultQosType = "default_qos_type";

    /// <summary>What every type must say; it cannot be taken away.</summary>
    public static IReadOnlySet<string> Required { get; } = new HashSet<string> { DriverHandlesShareServers };

    /// <summary>What projects may see of a type; the rest is between the administrator and the service.</summary>
    public static IReadOnlySet<string> Public { get; } =
        new HashSet<string>
        {
            DriverHandlesShareServers,
            SnapshotSupport,
            CreateShareFromSnapshotSupport,
            RevertToSnapshotSupport,
            MountSnapshotSupport,
            MountPointNameSupport,
            SnapshotInheritShareAccessSupport,
            ReplicationType,
            AvailabilityZones,
            EncryptionSupport,
            LargestSize,
            SmallestSize,
            LargestExtendedSize,
            MountPointPrefix,
            DefaultQosType,
        };

    /// <summary>Whether the specs have this one, and it is a boolean that is true.</summary>
    public static bool IsTrue(this IReadOnlyDictionary<string, string> specs, string name) =>
        specs.TryGetValue(name, out string? value) && Boolean(value) == true;

    /// <returns>Null where the text is no boolean. <c>&lt;is&gt; True</c> is one, as schedulers of clouds write it.</returns>
    public static bool? Boolean(string value)
    {
        string word = value.Trim().ToLowerInvariant();
        return (word.StartsWith(Is, StringComparison.Ordinal) ? word[Is.Length..].TrimStart() : word) switch
        {
            "1" or "t" or "true" or "on" or "y" or "yes" => true,
            "0" or "f" or "false" or "off" or "n" or "no" => false,
            _ => null,
        };
    }
}
