using Holdfast.Objects;

namespace Holdfast.Engine.Maintenance.Check;

/// <summary>Findings as they come, from many threads, handed on to whoever watches.</summary>
internal sealed class FindingLog(IProgress<CheckFinding>? watcher)
{
    private readonly List<CheckFinding> findings = [];

    public IReadOnlyList<CheckFinding> Findings
    {
        get
        {
            lock (findings)
            {
                return [.. findings];
            }
        }
    }

    public void Add(FindingKind kind, ObjectName name, string message) => Add(kind, name.Value, message);

    public void Add(FindingKind kind, string name, string message)
    {
        var finding = new CheckFinding(kind, name, message);
        lock (findings)
        {
            findings.Add(finding);
        }
        watcher?.Report(finding);
    }

    /// <summary>Whether the error tells of the repository, and not of the store's or the network's state.</summary>
    public static bool IsDamage(EngineError error) =>
        error.Kind is EngineErrorKind.Damaged or EngineErrorKind.NotFound && !error.Temporary;
}
