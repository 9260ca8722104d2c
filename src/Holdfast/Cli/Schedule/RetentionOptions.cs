using System.CommandLine;
using System.Text.Json.Nodes;

namespace Holdfast.Cli.Schedule;

/// <summary>Which backups of a schedule stay: the native API's rules, which say themselves what they do not take.</summary>
internal static class RetentionOptions
{
    private static readonly (Option<int?> Option, string Member)[] Counts =
    [
        (Count("last", "the newest n"), "keep_last"),
        (Count("hourly", "the newest of each of the last n hours that have one"), "keep_hourly"),
        (Count("daily", "the newest of each of the last n days that have one"), "keep_daily"),
        (Count("weekly", "the newest of each of the last n weeks that have one"), "keep_weekly"),
        (Count("monthly", "the newest of each of the last n months that have one"), "keep_monthly"),
        (Count("yearly", "the newest of each of the last n years that have one"), "keep_yearly"),
    ];

    private static readonly Option<string?> Within = new("--keep-within")
    {
        Description = "Keep what is younger than this before the newest.",
        HelpName = "1y5m7d2h",
    };

    private static readonly Option<bool> All = new("--keep-all") { Description = "Keep all: no rule." };

    public static void AddTo(Command command)
    {
        foreach ((Option<int?> option, _) in Counts)
        {
            command.Add(option);
        }
        command.Add(Within);
        command.Add(All);
    }

    /// <returns>The rules that were given, which are all there are then; null when none was.</returns>
    public static JsonObject? Read(ParseResult parsed)
    {
        JsonObject rules = [];
        foreach ((Option<int?> option, string member) in Counts)
        {
            if (parsed.GetValue(option) is { } count)
            {
                rules[member] = count;
            }
        }
        if (parsed.GetValue(Within) is { } within)
        {
            rules["keep_within"] = within;
        }
        if (parsed.GetValue(All) && rules.Count > 0)
        {
            throw new CommandError(ExitCode.Failed, "--keep-all is no rule beside others", "Give either it or rules.");
        }
        return rules.Count > 0 || parsed.GetValue(All) ? rules : null;
    }

    private static Option<int?> Count(string name, string what) =>
        new($"--keep-{name}") { Description = $"Keep {what}.", HelpName = "n" };
}
