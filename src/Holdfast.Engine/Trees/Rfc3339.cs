namespace Holdfast.Engine.Trees;

/// <summary>
/// Times as Go writes them in JSON: RFC 3339 with nanoseconds, trailing zeros of the fraction left out. We write UTC
/// and read any offset. The years 0 to 9999 alone have this form, and year 0 is none that DateTime knows.
/// </summary>
internal static class Rfc3339
{
    /// <summary>Bytes of the longest time written: 2006-01-02T15:04:05.999999999Z.</summary>
    public const int MostBytes = 30;

    private const long SecondsPerDay = 86400;
    private const int NanosecondDigits = 9;

    /// <summary>Writes the time, its year brought into 0 to 9999 as restic does: month, day and time stay.</summary>
    /// <returns>How many bytes of <paramref name="output"/> were written.</returns>
    public static int Write(UnixTime time, Span<byte> output)
    {
        long days = Math.DivRem(time.Seconds, SecondsPerDay, out long second);
        if (second < 0)
        {
            second += SecondsPerDay;
            days--;
        }
        (long year, int month, int day) = CivilDate.FromDays(days);
        if (year is < 0 or > 9999)
        {
            // Goes by way of the day count: 29 February becomes 1 March in a year that lacks it.
            (year, month, day) = CivilDate.FromDays(CivilDate.ToDays(Math.Clamp(year, 0, 9999), month, day));
        }

        PutTwo(output, 0, (int)year / 100);
        PutTwo(output, 2, (int)year % 100);
        output[4] = (byte)'-';
        PutTwo(output, 5, month);
        output[7] = (byte)'-';
        PutTwo(output, 8, day);
        output[10] = (byte)'T';
        PutTwo(output, 11, (int)second / 3600);
        output[13] = (byte)':';
        PutTwo(output, 14, (int)second / 60 % 60);
        output[16] = (byte)':';
        PutTwo(output, 17, (int)second % 60);
        int length = 19 + WriteFraction(time.Nanoseconds, output[19..]);
        output[length] = (byte)'Z';
        return length + 1;
    }

    /// <summary>Reads a time with any offset. More than nine digits of a fraction are cut off, as Go does.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out UnixTime time)
    {
        time = default;
        if (
            text.Length < 20
            || text[4] != '-'
            || text[7] != '-'
            || text[10] != 'T'
            || text[13] != ':'
            || text[16] != ':'
            || !TryTwo(text, 0, out int century)
            || !TryTwo(text, 2, out int year)
            || !TryTwo(text, 5, out int month)
            || !TryTwo(text, 8, out int day)
            || !TryTwo(text, 11, out int hour)
            || !TryTwo(text, 14, out int minute)
            || !TryTwo(text, 17, out int second)
            || month is < 1 or > 12
            || day < 1
            || day > CivilDate.DaysInMonth(100 * century + year, month)
            || hour > 23
            || minute > 59
            || second > 59
            || !TryFraction(text[19..], out int nanoseconds, out int taken)
            || !TryOffset(text[(19 + taken)..], out int offset)
        )
        {
            return false;
        }
        long seconds =
            CivilDate.ToDays(100 * century + year, month, day) * SecondsPerDay + hour * 3600 + minute * 60 + second;
        time = new UnixTime(seconds - offset, nanoseconds);
        return true;
    }

    private static int WriteFraction(int nanoseconds, Span<byte> output)
    {
        if (nanoseconds == 0)
        {
            return 0;
        }
        output[0] = (byte)'.';
        PutTwo(output, 1, nanoseconds / 10_000_000);
        PutTwo(output, 3, nanoseconds / 100_000 % 100);
        PutTwo(output, 5, nanoseconds / 1000 % 100);
        PutTwo(output, 7, nanoseconds / 10 % 100);
        output[NanosecondDigits] = (byte)('0' + nanoseconds % 10);
        return output[..(1 + NanosecondDigits)].LastIndexOfAnyExcept((byte)'0') + 1;
    }

    private static void PutTwo(Span<byte> output, int at, int value)
    {
        output[at + 1] = (byte)('0' + value % 10);
        output[at] = (byte)('0' + value / 10);
    }

    private static bool TryTwo(ReadOnlySpan<byte> text, int at, out int value)
    {
        uint tens = (uint)(text[at] - '0');
        uint ones = (uint)(text[at + 1] - '0');
        value = (int)(10 * tens + ones);
        return tens <= 9 && ones <= 9;
    }

    private static bool TryFraction(ReadOnlySpan<byte> text, out int nanoseconds, out int taken)
    {
        nanoseconds = 0;
        taken = 0;
        if (text.IsEmpty || text[0] != '.')
        {
            return true;
        }
        int digits = text[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits <= 0)
        {
            return false;
        }
        for (int place = 0; place < NanosecondDigits; place++)
        {
            nanoseconds = nanoseconds * 10 + (place < digits ? text[1 + place] - '0' : 0);
        }
        taken = 1 + digits;
        return true;
    }

    private static bool TryOffset(ReadOnlySpan<byte> text, out int seconds)
    {
        seconds = 0;
        if (text.SequenceEqual("Z"u8))
        {
            return true;
        }
        if (
            text.Length != 6
            || text[0] is not ((byte)'+' or (byte)'-')
            || text[3] != ':'
            || !TryTwo(text, 1, out int hours)
            || !TryTwo(text, 4, out int minutes)
            || hours > 24
            || minutes > 59
        )
        {
            return false;
        }
        seconds = hours * 3600 + minutes * 60;
        seconds = text[0] == '-' ? -seconds : seconds;
        return true;
    }
}
