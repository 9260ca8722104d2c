namespace Holdfast.Core;

/// <summary>A named place for shares or for volumes: <c>name=absolute path</c>.</summary>
public sealed record NamedRoot(string Name, string Path);

/// <summary>What Core needs to know of its node and its surroundings; made and validated by the roof.</summary>
public sealed record CoreOptions
{
    /// <summary>Absolute. Holds the embedded catalog, keys, and default roots.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>
    /// The PostgreSQL database that is the catalog, as <see cref="Catalog.Postgres.PostgresConnection.Parse"/> makes it; null
    /// is the embedded one.
    /// </summary>
    public string? Postgres { get; init; }

    /// <summary>This node's name, without a colon.</summary>
    public required string Node { get; init; }

    /// <summary>This process, of all that have the node's name one after the other.</summary>
    public string Process { get; init; } = Guid.NewGuid().ToString("N");

    /// <summary>Of <c>api</c>, <c>worker</c>, <c>scheduler</c>.</summary>
    public required IReadOnlySet<string> Roles { get; init; }
    public required IReadOnlyList<NamedRoot> ShareRoots { get; init; }
    public IReadOnlyList<NamedRoot> VolumeRoots { get; init; } = [];

    /// <summary>GiB that the volumes that one project makes may have together.</summary>
    public int VolumeGigabytes { get; init; } = 10 * 1024;

    /// <summary>Absolute directories of the service's own that no share may touch, beside the data directory: a local store.</summary>
    public IReadOnlyList<string> OwnDirectories { get; init; } = [];
    public string Region { get; init; } = "RegionOne";
    public string AvailabilityZone { get; init; } = "nova";
    public required string PublicUrl { get; init; }

    /// <summary>A file with the 32-byte master key, made at first start; or a command that prints it.</summary>
    public string? MasterKeyFile { get; init; }
    public string? MasterKeyCommand { get; init; }

    /// <summary>Absolute. The operator's rules, which must be there; null is <c>policy.yaml</c> of the data directory, if there.</summary>
    public string? PolicyFile { get; init; }

    /// <summary>Longest wait before a queued operation is seen.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Operations of any kind at once on this node, beside those of the lanes that are kept for some.</summary>
    public int Concurrency { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Restores, and other operations that its members asked for, that one project may have running on all nodes; null for any number.
    /// </summary>
    public int? ProjectLimit { get; init; }

    /// <summary>How long a claim holds without a heartbeat; a heartbeat comes three times as often.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Least time between accepting and claiming a create, delete or restore of a backup.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.Zero;

    /// <summary>How long it takes until every byte of every repository has been read; zero: nothing is verified by itself.</summary>
    public TimeSpan VerifyPeriod { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How often a backup of each share and volume is restored for trial; zero: never by itself.</summary>
    public TimeSpan DrillEvery { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Absolute; where backups are restored for trial, in a directory of each node's own.</summary>
    public string ScratchDirectory
    {
        get => field ?? Path.Join(DataDirectory, "drills");
        init;
    }

    /// <summary>
    /// Hosts that webhooks of whoever is no administrator may name: <c>hooks.example.org</c>, or <c>*.example.org</c> for all
    /// beneath it.
    /// </summary>
    public IReadOnlyList<string> WebhookHosts { get; init; } = [];

    /// <summary>Networks that webhooks may reach beside the public ones.</summary>
    public IReadOnlyList<System.Net.IPNetwork> WebhookNetworks { get; init; } = [];

    /// <summary>The first administrator's password; null has one made and written to <c>admin-openrc</c>.</summary>
    public string? AdminPassword { get; init; }
}
