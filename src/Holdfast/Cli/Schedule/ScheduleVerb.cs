using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Schedule;

/// <summary><c>holdfast schedule</c>: backups that come by themselves, and which of them stay.</summary>
internal static class ScheduleVerb
{
    public static Argument<string> Id { get; } = new("id") { Description = "The schedule's id." };

    public static Command Create() =>
        new("schedule", "Back shares and volumes up by themselves, and let old backups go.")
        {
            CloudOption.OsCloud,
            CreateVerb.Create(),
            ListVerb.Create(),
            ShowVerb.Create(),
            SetVerb.Create(),
            PreviewVerb.Create(),
            DeleteVerb.Create(),
        };

    public static string PathOf(ParseResult parsed) => $"schedules/{Uri.EscapeDataString(parsed.GetRequiredValue(Id))}";
}
