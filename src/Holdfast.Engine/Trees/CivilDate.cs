namespace Holdfast.Engine.Trees;

/// <summary>Days since 1970-01-01 and dates of the proleptic Gregorian calendar, for any year.</summary>
internal static class CivilDate
{
    // The calendar repeats every 400 years; counting from a 1 March puts the leap day last.
    private const long DaysPerEra = 146_097;
    private const long DaysFromMarchOfYearZeroToEpoch = 719_468;

    public static (long Year, int Month, int Day) FromDays(long days)
    {
        days += DaysFromMarchOfYearZeroToEpoch;
        long era = FloorDivide(days, DaysPerEra);
        long dayOfEra = days - era * DaysPerEra;
        long yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        long dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        long monthFromMarch = (5 * dayOfYear + 2) / 153;
        int day = (int)(dayOfYear - (153 * monthFromMarch + 2) / 5) + 1;
        int month = (int)(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9);
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day);
    }

    /// <summary>The day count of a date; a day beyond the month's end counts into the next month.</summary>
    public static long ToDays(long year, int month, int day)
    {
        long marchYear = month <= 2 ? year - 1 : year;
        long era = FloorDivide(marchYear, 400);
        long yearOfEra = marchYear - era * 400;
        long dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
        long dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return era * DaysPerEra + dayOfEra - DaysFromMarchOfYearZeroToEpoch;
    }

    public static int DaysInMonth(int year, int month) =>
        month switch
        {
            2 => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28,
            4 or 6 or 9 or 11 => 30,
            _ => 31,
        };

    private static long FloorDivide(long value, long divisor) => (value >= 0 ? value : value - divisor + 1) / divisor;
}
