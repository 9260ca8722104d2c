using System.CommandLine.Parsing;
using System.Globalization;

namespace Holdfast.Cli;

/// <summary>Lengths of time on the command line: <c>90s</c>, <c>10m</c>, <c>2h</c>, <c>1h30m</c>.</summary>
internal static class Durations
{
    /// <summary>For <see cref="System.CommandLine.Option{T}.CustomParser"/>.</summary>
    public static TimeSpan Parse(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (TryParse(text, out TimeSpan duration))
        {
            return duration;
        }
        result.AddError($"'{text}' is not a length of time: write hours, minutes and seconds such as 1h30m or 90s.");
        return default;
    }

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty)
        {
            int digits = rest.IndexOfAnyExceptInRange('0', '9');
            // Six digits of any unit are more than a year of seconds, and far from overflow.
            if (digits is < 1 or > 6)
            {
                return false;
            }
            int number = int.Parse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture);
            TimeSpan? unit = rest[digits] switch
            {
                'h' => TimeSpan.FromHours(1),
                'm' => TimeSpan.FromMinutes(1),
                's' => TimeSpan.FromSeconds(1),
                _ => null,
            };
            if (unit is null)
            {
                return false;
            }
            duration += number * unit.Value;
            rest = rest[(digits + 1)..];
        }
        return text.Length > 0;
    }
}
