using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Holdfast.Engine;
using Holdfast.Engine.Maintenance.Forget;

namespace Holdfast.Cli.Repo;

/// <summary>restic's <c>--keep-...</c> options.</summary>
internal static class KeepOptions
{
    private static readonly Option<int> Last = Count("--keep-last", "-l", "Keep the last n snapshots.");
    private static readonly Option<int> Hourly = Count("--keep-hourly", "-H", "Keep the last n hourly snapshots.");
    private static readonly Option<int> Daily = Count("--keep-daily", "-d", "Keep the last n daily snapshots.");
    private static readonly Option<int> Weekly = Count("--keep-weekly", "-w", "Keep the last n weekly snapshots.");
    private static readonly Option<int> Monthly = Count("--keep-monthly", "-m", "Keep the last n monthly snapshots.");
    private static readonly Option<int> Yearly = Count("--keep-yearly", "-y", "Keep the last n yearly snapshots.");
    private static readonly Option<CalendarSpan> Within = Span("--keep-within", "snapshots");
    private static readonly Option<CalendarSpan> WithinHourly = Span("--keep-within-hourly", "hourly snapshots");
    private static readonly Option<CalendarSpan> WithinDaily = Span("--keep-within-daily", "daily snapshots");
    private static readonly Option<CalendarSpan> WithinWeekly = Span("--keep-within-weekly", "weekly snapshots");
    private static readonly Option<CalendarSpan> WithinMonthly = Span("--keep-within-monthly", "monthly snapshots");
    private static readonly Option<CalendarSpan> WithinYearly = Span("--keep-within-yearly", "yearly snapshots");

    private static readonly Option<string[]> Tags = new("--keep-tag")
    {
        Description = "Keep snapshots that have all of these tags.",
        HelpName = "tag[,tag,...]",
    };

    private static readonly Option[] All =
    [
        Last,
        Hourly,
        Daily,
        Weekly,
        Monthly,
        Yearly,
        Within,
        WithinHourly,
        WithinDaily,
        WithinWeekly,
        WithinMonthly,
        WithinYearly,
        Tags,
    ];

    public static void AddTo(Command command)
    {
        foreach (Option option in All)
        {
            command.Add(option);
        }
    }

    public static KeepPolicy Read(ParseResult parsed) =>
        new()
        {
            Last = parsed.GetValue(Last),
            Hourly = parsed.GetValue(Hourly),
            Daily = parsed.GetValue(Daily),
            Weekly = parsed.GetValue(Weekly),
            Monthly = parsed.GetValue(Monthly),
            Yearly = parsed.GetValue(Yearly),
            Within = parsed.GetValue(Within),
            WithinHourly = parsed.GetValue(WithinHourly),
            WithinDaily = parsed.GetValue(WithinDaily),
            WithinWeekly = parsed.GetValue(WithinWeekly),
            WithinMonthly = parsed.GetValue(WithinMonthly),
            WithinYearly = parsed.GetValue(WithinYearly),
            Tags = SnapshotFilterOptions.TagLists(parsed.GetValue(Tags)),
        };

    private static Option<int> Count(string name, string alias, string description) =>
        new(name, alias)
        {
            Description = description,
            HelpName = "n",
            CustomParser = ParseCount,
        };

    private static Option<CalendarSpan> Span(string name, string what) =>
        new(name)
        {
            Description = $"Keep {what} newer than this before the latest snapshot.",
            HelpName = "1y5m7d2h",
            CustomParser = ParseSpan,
        };

    private static int ParseCount(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (text is "unlimited" or "-1")
        {
            return KeepPolicy.All;
        }
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            return count;
        }
        result.AddError($"'{text}' is no number of snapshots: write one, or 'unlimited'.");
        return 0;
    }

    private static CalendarSpan ParseSpan(ArgumentResult result)
    {
        try
        {
            return CalendarSpan.Parse(result.Tokens[0].Value);
        }
        catch (EngineError error)
        {
            result.AddError($"{error.Message} {error.Advice}");
            return default;
        }
    }
}
