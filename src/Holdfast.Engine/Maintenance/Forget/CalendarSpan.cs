using System.Globalization;

namespace Holdfast.Engine.Maintenance.Forget;

/// <summary>A length of time in calendar units, written as restic does: <c>1y5m7d2h</c>, any part left out.</summary>
public readonly record struct CalendarSpan(int Years, int Months, int Days, int Hours)
{
    public bool IsZero => this == default;

    /// <exception cref="EngineError"><see cref="EngineErrorKind.Invalid"/>.</exception>
    public static CalendarSpan Parse(string text)
    {
        CalendarSpan span = default;
        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty)
        {
            int digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits < 1 || !int.TryParse(rest[..digits], NumberStyles.None, null, out int count))
            {
                throw Invalid(text);
            }
            span = rest[digits] switch
            {
                'y' => span with { Years = count },
                'm' => span with { Months = count },
                'd' => span with { Days = count },
                'h' => span with { Hours = count },
                _ => throw Invalid(text),
            };
            rest = rest[(digits + 1)..];
        }
        return span;
    }

    /// <summary>
    /// This long before a time, on that time's own calendar. A day that the month does not have runs over into the next
    /// month (31 March less one month is 3 March, or 2 in a leap year), as restic's does. What would lie before the year 2 is the
    /// beginning of time: in the year 1 there are calendars on which UTC has none yet.
    /// </summary>
    public DateTimeOffset Before(DateTimeOffset time)
    {
        long months = (time.Year - (long)Years) * 12 + time.Month - 1 - Months;
        if (months < 24)
        {
            return DateTimeOffset.MinValue;
        }
        var first = new DateTimeOffset((int)(months / 12), (int)(months % 12) + 1, 1, 0, 0, 0, time.Offset);
        double days = time.Day - 1 - (double)Days - Hours / 24.0;
        return (first - DateTimeOffset.MinValue).TotalDays + days < 1
            ? DateTimeOffset.MinValue
            : first.AddDays(time.Day - 1 - Days).Add(time.TimeOfDay).AddHours(-Hours);
    }

    public override string ToString() => $"{Part(Years, 'y')}{Part(Months, 'm')}{Part(Days, 'd')}{Part(Hours, 'h')}";

    private static string Part(int count, char unit) => count == 0 ? "" : $"{count}{unit}";

    private static EngineError Invalid(string text) =>
        new(
            EngineErrorKind.Invalid,
            temporary: false,
            $"'{text}' is not a length of time.",
            "Write years, months, days and hours such as 1y5m7d2h."
        );
}
