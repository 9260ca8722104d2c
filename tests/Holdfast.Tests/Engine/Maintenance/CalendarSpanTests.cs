using System.Globalization;
using Holdfast.Engine;
using Holdfast.Engine.Maintenance.Forget;
using Xunit;

namespace Holdfast.Tests.Engine.Maintenance;

public sealed class CalendarSpanTests
{
    [Theory]
    [InlineData("1y5m7d2h", 1, 5, 7, 2)]
    [InlineData("3d", 0, 0, 3, 0)]
    [InlineData("", 0, 0, 0, 0)]
    [InlineData("2h1y", 1, 0, 0, 2)]
    public void Reads_what_restic_reads(string text, int years, int months, int days, int hours) =>
        Assert.Equal(new CalendarSpan(years, months, days, hours), CalendarSpan.Parse(text));

    [Theory]
    [InlineData("5")]
    [InlineData("d")]
    [InlineData("1w")]
    [InlineData("-1d")]
    [InlineData("1d ")]
    [InlineData("99999999999d")]
    public void Refuses_what_is_no_span(string text) =>
        Assert.Equal(EngineErrorKind.Invalid, Assert.Throws<EngineError>(() => CalendarSpan.Parse(text)).Kind);

    [Theory]
    [InlineData("2024-03-31T10:00:00Z", "1m", "2024-03-02T10:00:00Z")]
    [InlineData("2023-03-31T10:00:00Z", "1m", "2023-03-03T10:00:00Z")]
    [InlineData("2024-02-29T10:00:00Z", "1y", "2023-03-01T10:00:00Z")]
    [InlineData("2024-01-01T00:30:00+02:00", "1h", "2023-12-31T23:30:00+02:00")]
    [InlineData("2024-05-15T10:00:00Z", "1y5m7d2h", "2022-12-08T08:00:00Z")]
    [InlineData("2024-05-15T10:00:00Z", "9999y", "0001-01-01T00:00:00Z")]
    // In Paris the year 1 began before UTC did.
    [InlineData("2026-11-23T10:00:00+01:00", "2025y10m", "0001-01-01T00:00:00Z")]
    [InlineData("2026-11-23T10:00:00+14:00", "2025y", "0001-01-01T00:00:00Z")]
    [InlineData("2026-01-01T00:00:00+14:00", "2024y", "0002-01-01T00:00:00+14:00")]
    [InlineData("2026-01-01T00:00:00-12:00", "2024y364d", "0001-01-02T00:00:00-12:00")]
    public void Reaches_back_on_the_calendar(string from, string span, string expected) =>
        Assert.Equal(Time(expected), CalendarSpan.Parse(span).Before(Time(from)));

    [Fact]
    public void Writes_itself_as_it_was_read() => Assert.Equal("1y5m7d2h", CalendarSpan.Parse("1y5m7d2h").ToString());

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
