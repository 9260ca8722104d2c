using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Backup;

/// <summary><c>holdfast backup</c>: backups, and what is in them.</summary>
internal static class BackupVerb
{
    public static Argument<string> Id { get; } = new("id") { Description = "The backup's id." };

    public static Option<bool> Encoded { get; } =
        new("--encoded")
        {
            Description = "The path is percent-encoded, as --json shows it: for names that are no text.",
        };

    public static Command Create() =>
        new("backup", "See what there is of backups, look into them, and get files back.")
        {
            CloudOption.OsCloud,
            ListVerb.Create(),
            ShowVerb.Create(),
            LsVerb.Create(),
            SearchVerb.Create(),
            HistoryVerb.Create(),
            ChangesVerb.Create(),
            DownloadVerb.Create(),
            RestoreVerb.Create(),
            DrillVerb.Create(),
            DrillsVerb.Create(),
        };

    public static string PathOf(ParseResult parsed) => $"backups/{Uri.EscapeDataString(parsed.GetRequiredValue(Id))}";
}
