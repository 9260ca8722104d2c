using System.Globalization;

namespace Holdfast.Engine.Maintenance.Forget;

/// <summary>
/// One rule of a policy, asked about the snapshots of a group from the newest to the oldest: it keeps the newest of each
/// period, for so many periods or back to a point in time.
/// </summary>
/// <param name="period">
/// A number that two snapshots share exactly when they lie in the same period; it also gets the snapshot's position.
/// </param>
/// <param name="count">Periods still to keep, or <see cref="KeepPolicy.All"/>.</param>
/// <param name="after">Only snapshots later than this are kept.</param>
internal sealed class KeepRule(string reason, Func<DateTimeOffset, int, long> period, int count, DateTimeOffset? after)
{
    private int remaining = count;
    private long? lastPeriod;

    /// <summary>The rules in force, in the order in which their reasons are listed.</summary>
    public static IReadOnlyList<KeepRule> Of(KeepPolicy policy, DateTimeOffset latest)
    {
        List<KeepRule> rules = [];
        Counted("last snapshot", (_, position) => position, policy.Last);
        Counted("hourly snapshot", Hour, policy.Hourly);
        Counted("daily snapshot", Day, policy.Daily);
        Counted("weekly snapshot", Week, policy.Weekly);
        Counted("monthly snapshot", Month, policy.Monthly);
        Counted("yearly snapshot", Year, policy.Yearly);
        Within("hourly within", Hour, policy.WithinHourly);
        Within("daily within", Day, policy.WithinDaily);
        Within("weekly within", Week, policy.WithinWeekly);
        Within("monthly within", Month, policy.WithinMonthly);
        Within("yearly within", Year, policy.WithinYearly);
        return rules;

        void Counted(string reason, Func<DateTimeOffset, int, long> period, int count)
        {
            if (count != 0)
            {
                rules.Add(new KeepRule(reason, period, count, after: null));
            }
        }

        void Within(string reason, Func<DateTimeOffset, int, long> period, CalendarSpan span)
        {
            if (!span.IsZero)
            {
                rules.Add(new KeepRule($"{reason} {span}", period, KeepPolicy.All, span.Before(latest)));
            }
        }
    }

    /// <param name="time">When the snapshot was taken.</param>
    /// <returns>Why the snapshot stays, or null when this rule lets it go.</returns>
    public string? Ask(DateTimeOffset time, int position, bool oldest)
    {
        if (remaining == 0 || after is { } limit && time <= limit)
        {
            return null;
        }
        long current = period(time, position);
        bool first = current != lastPeriod;
        // A rule with periods to spare also keeps the oldest snapshot, which makes the kept history as long as it can be.
        if (!first && !oldest)
        {
            return null;
        }
        lastPeriod = current;
        if (remaining > 0)
        {
            remaining--;
        }
        return first ? reason : $"oldest {reason}";
    }

    private static long Hour(DateTimeOffset time, int position) => Day(time, position) * 100 + time.Hour;

    private static long Day(DateTimeOffset time, int position) => Month(time, position) * 100 + time.Day;

    private static long Week(DateTimeOffset time, int position) =>
        ISOWeek.GetYear(time.DateTime) * 100L + ISOWeek.GetWeekOfYear(time.DateTime);

    private static long Month(DateTimeOffset time, int position) => time.Year * 100L + time.Month;

    private static long Year(DateTimeOffset time, int position) => time.Year;
}
