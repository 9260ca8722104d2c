using Holdfast.Core.Model;
using Holdfast.Engine;
using Holdfast.Engine.Maintenance.Forget;
using Quartz;

namespace Holdfast.Core.Services;

/// <summary>What a schedule may say, and when it is due.</summary>
internal static class ScheduleRules
{
    /// <summary>More is no cron expression that a person wrote.</summary>
    private const int LongestCron = 255;

    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.Invalid"/>: what it says makes no sense.</exception>
    public static void Check(Schedule schedule, DateTimeOffset now)
    {
        Texts.CheckNames(schedule.Name, description: null);
        CronExpression due = Parse(schedule);
        if (due.GetNextValidTimeAfter(now) is null)
        {
            throw ServiceError.Invalid($"'cron' is '{schedule.Cron}', which never comes.");
        }
        _ = Policy(schedule.Retention);
    }

    /// <returns>When a schedule that is sound is due next after that time; null when it never is again.</returns>
    public static DateTimeOffset? NextAfter(Schedule schedule, DateTimeOffset time) =>
        Parse(schedule).GetNextValidTimeAfter(time)?.ToUniversalTime();

    /// <summary>The first times after that one.</summary>
    public static IReadOnlyList<DateTimeOffset> NextTimes(Schedule schedule, DateTimeOffset time, int count)
    {
        List<DateTimeOffset> times = [];
        while (times.Count < count && NextAfter(schedule, times.Count == 0 ? time : times[^1]) is { } next)
        {
            times.Add(next);
        }
        return times;
    }

    /// <summary>The zone of a schedule that is sound.</summary>
    public static TimeZoneInfo Zone(Schedule schedule) =>
        // Windows' names, and files of this machine, are none of the database's.
        schedule.TimeZone
            is { Length: > 0 and <= Texts.Longest } name
        && (name == "UTC" || (name.Contains('/') && !name.Contains("..", StringComparison.Ordinal) && name[0] != '/'))
        && TimeZoneInfo.TryFindSystemTimeZoneById(name, out TimeZoneInfo? zone)
            ? zone
            : throw ServiceError.Invalid(
                $"'time_zone' is '{schedule.TimeZone}', which is no time zone: write one such as UTC or Europe/Paris."
            );

    /// <summary>What the engine makes of it.</summary>
    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.Invalid"/>: a count is out of range, or the span is none.</exception>
    public static KeepPolicy Policy(Retention retention)
    {
        return new KeepPolicy
        {
            Last = Count("keep_last", retention.KeepLast),
            Hourly = Count("keep_hourly", retention.KeepHourly),
            Daily = Count("keep_daily", retention.KeepDaily),
            Weekly = Count("keep_weekly", retention.KeepWeekly),
            Monthly = Count("keep_monthly", retention.KeepMonthly),
            Yearly = Count("keep_yearly", retention.KeepYearly),
            Within = retention.KeepWithin is { } span ? Span(span) : default,
        };

        static int Count(string name, int count) =>
            count is >= 0 and <= Retention.Most
                ? count
                : throw ServiceError.Invalid(
                    $"'{name}' must be from 0 to {Retention.Most}; 0 keeps none for that reason."
                );

        static CalendarSpan Span(string text)
        {
            try
            {
                return CalendarSpan.Parse(text);
            }
            catch (EngineError error) when (error.Kind == EngineErrorKind.Invalid)
            {
                throw ServiceError.Invalid($"'keep_within' is no length of time. {error.Advice}");
            }
        }
    }

    private static CronExpression Parse(Schedule schedule)
    {
        TimeZoneInfo zone = Zone(schedule);
        if (schedule.Cron.Length > LongestCron)
        {
            throw ServiceError.Invalid($"'cron' has more than {LongestCron} characters.");
        }
        try
        {
            return CronExpression.Parse(schedule.Cron, CronFormat.Unix).WithTimeZone(zone);
        }
        catch (FormatException error)
        {
            throw ServiceError.Invalid(
                $"'cron' is '{schedule.Cron}', which is no schedule: {error.Message} Write minute, hour, day of the month, "
                    + "month and day of the week, as in '30 2 * * *' for half past two every night."
            );
        }
    }
}
