namespace Holdfast.Engine.Maintenance.Check;

/// <summary>What a finished check found, in the order found.</summary>
public sealed record CheckReport(
    IReadOnlyList<CheckFinding> Findings,
    int Snapshots,
    int Trees,
    int Packs,
    int PacksRead,
    long BytesRead
)
{
    /// <summary>Bytes that all snapshots together restore to, as each says itself.</summary>
    public long LogicalBytes { get; init; }

    /// <summary>Bytes of the blobs that the index lists, each once, before they were compressed and sealed.</summary>
    public long UniqueBytes { get; init; }

    /// <summary>Bytes of all packs in the store.</summary>
    public long StoredBytes { get; init; }

    /// <summary>Packs that are missing, or are not what name and index say.</summary>
    public IReadOnlySet<Id> DamagedPacks => PacksOf(Findings);

    /// <summary>Of those, the ones that are there: reading them shows whether they have been mended.</summary>
    public IReadOnlySet<Id> DamagedPacksStored =>
        PacksOf(Findings.Where(finding => finding.Kind != FindingKind.MissingPack));

    internal static HashSet<Id> PacksOf(IEnumerable<CheckFinding> findings) =>
        IdsOf(findings, FindingKind.ConflictingPack, FindingKind.DamagedPack);

    /// <summary>Of findings of the kinds from one to another: whose objects are named after their ids.</summary>
    internal static HashSet<Id> IdsOf(IEnumerable<CheckFinding> findings, FindingKind first, FindingKind last) =>
        findings
            .Where(finding => finding.Kind >= first && finding.Kind <= last)
            .Select(finding => Id.Parse(finding.Object.AsSpan(finding.Object.LastIndexOf('/') + 1)))
            .ToHashSet();

    /// <summary>First bytes of packs' ids of which every pack was read, also where there is none; none while an index cannot be read.</summary>
    public required IReadOnlySet<byte> FirstBytesRead { get; init; }

    /// <summary>Snapshots that cannot be restored whole; empty unless <see cref="CheckOptions.NameSnapshots"/> asked for them.</summary>
    public HashSet<Id> DamagedSnapshots { get; init; } = [];

    /// <summary>Whether nothing but hints was found.</summary>
    public bool IsSound => Findings.All(finding => finding.Severity == FindingSeverity.Hint);
}
