using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Holdfast.Cli.Client;

/// <summary>A point in time, with its zone.</summary>
internal static class TimeOption
{
    public static Option<DateTimeOffset?> Create(string name, string description) =>
        new(name)
        {
            Description = $"{description}, with the zone: 2026-12-31T00:00:00Z.",
            HelpName = "time",
            CustomParser = Parse,
        };

    /// <summary>As the native API takes it.</summary>
    public static string? Text(DateTimeOffset? time) => time?.ToString("O", CultureInfo.InvariantCulture);

    private static DateTimeOffset? Parse(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        // What has no zone has no kind.
        if (
            DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTime time)
            && time.Kind != DateTimeKind.Unspecified
        )
        {
            return new DateTimeOffset(time).ToUniversalTime();
        }
        result.AddError($"'{text}' is no time with its zone: write 2026-12-31T00:00:00Z or 2026-12-31T00:00:00+01:00.");
        return null;
    }
}
