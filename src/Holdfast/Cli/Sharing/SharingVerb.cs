using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Sharing;

/// <summary><c>holdfast sharing</c>: backups given to other projects, and those that one's own was given.</summary>
internal static class SharingVerb
{
    public static Argument<string> Id { get; } = new("id") { Description = "The sharing's id." };

    public static Command Create() =>
        new("sharing", "Share backups with other projects, and use what was shared with one's own.")
        {
            CloudOption.OsCloud,
            CreateVerb.Create(),
            ListVerb.Create(),
            ShowVerb.Create(),
            EndVerb.Create("cancel", "End a sharing of one's own backup.", ""),
            AnswerVerb.Create("accept", "Accept a backup that one's project was offered."),
            AnswerVerb.Create("reject", "Reject a backup that one's project was offered; it may be accepted later."),
            EndVerb.Create("leave", "Give a sharing back that one's project was given.", "/membership"),
        };

    public static string PathOf(ParseResult parsed) => $"sharings/{Uri.EscapeDataString(parsed.GetRequiredValue(Id))}";
}
