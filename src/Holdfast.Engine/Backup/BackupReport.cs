using Holdfast.Engine.Snapshots;

namespace Holdfast.Engine.Backup;

/// <summary>What a finished backup did. The snapshot is stored; its summary has the counts.</summary>
/// <param name="ProblemCounts">Every problem, by kind; kinds that did not occur are absent.</param>
/// <param name="Packs">Packs of the repository that hold what the snapshot is made of; of several with the same blob, one.</param>
/// <param name="Problems">The first problems, at most <see cref="BackupOptions.MaxListedProblems"/>.</param>
public sealed record BackupReport(
    Snapshot Snapshot,
    long Packs,
    IReadOnlyDictionary<BackupProblemKind, long> ProblemCounts,
    IReadOnlyList<BackupProblem> Problems
)
{
    /// <summary>
    /// Entries that should be in the snapshot and are not, or not as they were. Sockets and other file systems never should.
    /// </summary>
    public long ItemErrors =>
        ProblemCounts
            .Where(count =>
                count.Key
                    is not (BackupProblemKind.Socket or BackupProblemKind.MountPoint or BackupProblemKind.ParentDamaged)
            )
            .Sum(count => count.Value);
}
