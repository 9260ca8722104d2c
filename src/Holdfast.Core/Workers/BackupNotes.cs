using System.Globalization;
using System.Text;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Engine.Backup;

namespace Holdfast.Core.Workers;

/// <summary>What a backup says of the entries that are not in it as they were, and of how it was taken.</summary>
internal static class BackupNotes
{
    // Enough to see a pattern; the counts are complete.
    private const int PathsNamedOfAKind = 5;
    private const int LongestPath = 120;

    /// <summary>Characters of the paths named, so that whoever makes them cannot fill the catalog.</summary>
    private const int LongestList = 800;

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
        // One of each kind before the second of any.
        IEnumerable<string> named = report
            .Problems.GroupBy(problem => problem.Kind)
            .SelectMany(kind => kind.Take(PathsNamedOfAKind).Index())
            .OrderBy(one => one.Index)
            .ThenBy(one => one.Item.Kind)
            .Select(one => $"{Words(one.Item.Kind)}: {Readable(one.Item.Path, shareId)}");
        return string.Join("; ", counts) + ". " + Fit(named) + ".";
    }

    /// <summary>What is left to say of a snapshot that is adopted: its tags have the count, the list died with its worker.</summary>
    public static string? OfAdopted(long itemErrors) =>
        itemErrors == 0
            ? null
            : $"left out or not as they were: {itemErrors.ToString(CultureInfo.InvariantCulture)}. Which is not known: the "
                + "service stopped just after it had taken the backup.";

    /// <summary>
    /// What the owner of the backup is to be told, if it is news: always of entries that should be in it and are not; of
    /// others, and of the way in which the share was held still, when they are not those of the backup before.
    /// </summary>
    public static (string Level, string Detail, string Text)? News(BackupCommit commit, Backup? before)
    {
        string how =
            commit.Capture == "live"
                ? "The share was read while in use (capture: live): a file is as it was when it was read, and different "
                    + "files may be of different moments."
                : $"The share was held still while it was read (capture: {commit.Capture}).";
        if (commit.ItemErrors > 0)
        {
            string count = commit.ItemErrors.ToString(CultureInfo.InvariantCulture);
            string text =
                $"{count} entries of the share are not in the backup as they were. {how} {commit.Notes}".TrimEnd();
            return (MessageLevel.Warning, MessageDetail.LeftOut, text);
        }
        if (commit.Notes is { } notes && notes != before?.Notes)
        {
            return (MessageLevel.Info, MessageDetail.LeftOut, $"{how} The backup is complete but for this: {notes}");
        }
        // That a share is held still is what everybody expects of its first backup.
        string expected = before?.Capture ?? "snapshot";
        return commit.Capture == expected ? null : (MessageLevel.Info, MessageDetail.Captured, how);
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

    private static string Fit(IEnumerable<string> named)
    {
        StringBuilder list = new();
        foreach (string one in named)
        {
            if (list.Length > 0 && list.Length + one.Length > LongestList)
            {
                return list.Append("; and more").ToString();
            }
            list.Append(list.Length > 0 ? "; " : "").Append(one);
        }
        return list.ToString();
    }

    /// <summary>The path from the share on. Tenants choose names: what is no plain text is escaped.</summary>
    private static string Readable(byte[] path, string shareId)
    {
        string text = Encoding.UTF8.GetString(path);
        string prefix = "/" + shareId;
        text = text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text;
        StringBuilder escaped = new();
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (escaped.Length >= LongestPath)
            {
                return escaped.Append('…').ToString();
            }
            escaped.Append(Rune.IsControl(rune) ? $"\\u{rune.Value:x4}" : rune.ToString());
        }
        return escaped.Length == 0 ? "/" : escaped.ToString();
    }
}
