using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Hold;

/// <summary><c>holdfast hold</c>: backups that must stay, whoever wants to delete them.</summary>
internal static class HoldVerb
{
    public static Argument<string> Id { get; } = new("id") { Description = "The hold's id." };

    public static Option<string?> Reason { get; } =
        new("--reason") { Description = "Why; whoever sees the hold reads it.", HelpName = "text" };

    public static Command Create() =>
        new("hold", "Hold backups, so that nobody deletes them.")
        {
            CloudOption.OsCloud,
            CreateVerb.Create(),
            ListVerb.Create(),
            ShowVerb.Create(),
            SetVerb.Create(),
            LiftVerb.Create(),
        };

    public static string PathOf(ParseResult parsed) => $"holds/{Uri.EscapeDataString(parsed.GetRequiredValue(Id))}";
}
