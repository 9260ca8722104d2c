using System.Globalization;
using System.Text;
using Holdfast.Engine.Backup;

namespace Holdfast.Core.Workers;

/// <summary>What a backup says of the entries that are not in it as they were.</summary>
internal static class BackupNotes
{
    // Enough to see a pattern; the counts are complete.
    private const int PathsNamed = 20;

    /// <returns>Null when everything is in it.</returns>
    public static string? Of(BackupReport report, string shareId)
    {
        if (report.ProblemCounts.Count == 0)
        {
            return null;
        }
        IEnumerable<string> counts = report
            .ProblemCounts.OrderBy(pair => pair.Key)
            .Select(pair => string.Create(CultureInfo.InvariantCulture, $"{Words(pair.Key)}: {pair.Value}"));
        IEnumerable<string> named = report
            .Problems.Take(PathsNamed)
            .Select(problem => $"{Words(problem.Kind)}: {Readable(problem.Path, shareId)}");
        return string.Join("; ", counts) + ". " + string.Join("; ", named) + ".";
    }

    private static string Words(BackupProblemKind kind) =>
        kind switch
        {
            BackupProblemKind.Vanished => "vanished while being read, left out",
            BackupProblemKind.ChangedWhileRead => "changed whenever it was read, stored as last read",
            BackupProblemKind.TooLarge => "too large, left out",
            BackupProblemKind.TooDeep => "too deep, left out with all in it",
            BackupProblemKind.AttributesTooLarge => "too many extended attributes, stored without them",
            BackupProblemKind.AttributesUnreadable => "extended attributes unreadable, stored without them",
            BackupProblemKind.AttributeNameAltered => "extended attribute's name is not UTF-8, stored under another",
            BackupProblemKind.MountPoint => "another file system, left out",
            BackupProblemKind.Socket => "socket, left out",
            BackupProblemKind.Unreadable => "unreadable, left out",
            BackupProblemKind.ParentDamaged => "previous list damaged, read anew",
            _ => kind.ToString(),
        };

    /// <summary>The path from the share on. Tenants choose names: what is no plain text is escaped.</summary>
    private static string Readable(byte[] path, string shareId)
    {
        string text = Encoding.UTF8.GetString(path);
        string prefix = "/" + shareId;
        text = text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text;
        StringBuilder escaped = new();
        foreach (Rune rune in text.EnumerateRunes())
        {
            escaped.Append(Rune.IsControl(rune) ? $"\\u{rune.Value:x4}" : rune.ToString());
        }
        return escaped.Length == 0 ? "/" : escaped.ToString();
    }
}
