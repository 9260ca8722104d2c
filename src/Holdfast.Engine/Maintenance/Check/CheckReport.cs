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
    /// <summary>Whether nothing but hints was found.</summary>
    public bool IsSound => Findings.All(finding => finding.Severity == FindingSeverity.Hint);
}
