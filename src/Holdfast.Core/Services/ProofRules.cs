using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>When a backup was last proven: all of its data read and found whole, or restored for trial.</summary>
public static class ProofRules
{
    /// <param name="repository">The backup's project's; null when there is none.</param>
    /// <returns>Null when it never was, or is known to be damaged.</returns>
    public static DateTimeOffset? ProvenAt(Backup backup, ProjectRepository? repository)
    {
        // Older rows do not say when their data was there: when they were last changed it was.
        DateTimeOffset completed = backup.CompletedAt ?? backup.UpdatedAt ?? backup.CreatedAt;
        DateTimeOffset? read = repository?.ProvenAt is { } proven && proven >= completed ? proven : null;
        return !BackupRules.CanBeRead(backup) || backup.Damage is not null ? null
            : read is null || backup.RestoredAt > read ? backup.RestoredAt
            : read;
    }
}
