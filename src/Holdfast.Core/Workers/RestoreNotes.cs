using System.Globalization;
using Holdfast.Core.Model;
using Holdfast.Engine.Restore;

namespace Holdfast.Core.Workers;

/// <summary>What a restore that went well says of entries that are not as they were when the backup was taken.</summary>
internal static class RestoreNotes
{
    /// <param name="lacking">Entries that the backup does not have as they were.</param>
    /// <returns>Null when all are.</returns>
    public static string? Of(RestoreReport report, Operation restore, long lacking, Share target)
    {
        List<string> notes = [];
        if (lacking > 0)
        {
            // Only the backup's own project can read that message.
            string which = restore.RepositoryOf == target.ProjectId ? "; the message of its creation names them." : ".";
            string count = lacking.ToString(CultureInfo.InvariantCulture);
            notes.Add($"The backup lacks {count} entries as they were{which}");
        }
        (long Count, string What)[] dropped =
        [
            (report.DroppedDevices, "device nodes"),
            (report.DroppedSetIds, "set-id bits"),
            (report.DroppedAttributes, "security.* and trusted.* attributes"),
        ];
        if (dropped.Any(one => one.Count > 0))
        {
            IEnumerable<string> counts = dropped
                .Where(one => one.Count > 0)
                .Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.What}: {one.Count}"));
            notes.Add($"Left out, as the data comes from another project: {string.Join(", ", counts)}.");
        }
        return notes.Count == 0 ? null : $"Backup {restore.BackupId} is restored. {string.Join(' ', notes)}";
    }
}
