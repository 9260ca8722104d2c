using System.Globalization;

namespace Holdfast.Api.Manila;

/// <summary>A version of the Manila API, <c>2.minor</c>.</summary>
public readonly record struct Microversion(int Major, int Minor) : IComparable<Microversion>
{
    public static readonly Microversion Oldest = new(2, 0);
    public static readonly Microversion Newest = new(2, 99);

    /// <summary>
    /// Manila's grammar: no leading zeros, no <c>latest</c>, exactly two numbers. A number beyond what an int holds is
    /// taken as the largest int: well formed, and out of every range.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Microversion version)
    {
        version = default;
        int dot = text.IndexOf('.');
        if (dot < 1 || !TryNumber(text[..dot], out int major) || !TryNumber(text[(dot + 1)..], out int minor))
        {
            return false;
        }
        version = new Microversion(major, minor);
        return major > 0;
    }

    private static bool TryNumber(ReadOnlySpan<char> digits, out int number)
    {
        number = 0;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9') || (digits.Length > 1 && digits[0] == '0'))
        {
            return false;
        }
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number))
        {
            number = int.MaxValue;
        }
        return true;
    }

    public bool IsServed => this >= Oldest && this <= Newest;

    public int CompareTo(Microversion other) =>
        Major != other.Major ? Major.CompareTo(other.Major) : Minor.CompareTo(other.Minor);

    public static bool operator <(Microversion left, Microversion right) => left.CompareTo(right) < 0;

    public static bool operator >(Microversion left, Microversion right) => left.CompareTo(right) > 0;

    public static bool operator <=(Microversion left, Microversion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Microversion left, Microversion right) => left.CompareTo(right) >= 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");
}
