using System.Text;
using Holdfast.Engine.Trees;
using Xunit;

namespace Holdfast.Tests.Engine.Trees;

public sealed class Rfc3339Tests
{
    [Theory]
    [InlineData(0, 0, "1970-01-01T00:00:00Z")]
    [InlineData(-1, 999_999_999, "1969-12-31T23:59:59.999999999Z")]
    [InlineData(951_782_400, 1_000, "2000-02-29T00:00:00.000001Z")]
    [InlineData(-62_135_596_800, 0, "0001-01-01T00:00:00Z")]
    [InlineData(-62_167_219_200, 0, "0000-01-01T00:00:00Z")]
    [InlineData(253_402_300_799, 0, "9999-12-31T23:59:59Z")]
    public void KnownTimes(long seconds, int nanoseconds, string text)
    {
        Assert.Equal(text, Written(new UnixTime(seconds, nanoseconds)));
        Assert.True(Rfc3339.TryParse(Encoding.ASCII.GetBytes(text), out UnixTime time));
        Assert.Equal(new UnixTime(seconds, nanoseconds), time);
    }

    [Theory]
    [InlineData(253_402_300_800, "9999-01-01T00:00:00Z")]
    [InlineData(-62_167_219_201, "0000-12-31T23:59:59Z")]
    [InlineData(253_407_398_400, "9999-03-01T00:00:00Z")]
    [InlineData(long.MaxValue, "9999-12-04T15:30:07Z")]
    [InlineData(long.MinValue, "0000-01-27T08:29:52Z")]
    public void AYearThatTheFormatLacksBecomesTheNearest(long seconds, string text)
    {
        Assert.Equal(text, Written(new UnixTime(seconds, 0)));
    }

    [Fact]
    public void DaysAgreeWithTheCalendarOfTheFramework()
    {
        for (DateOnly date = new(1599, 12, 1); date < new DateOnly(2401, 2, 1); date = date.AddDays(1))
        {
            long days = CivilDate.ToDays(date.Year, date.Month, date.Day);
            Assert.Equal(date.DayNumber - new DateOnly(1970, 1, 1).DayNumber, days);
            Assert.Equal((date.Year, date.Month, date.Day), CivilDate.FromDays(days));
        }
    }

    [Theory]
    [InlineData("2020-01-01T00:00:00+02:00", 1_577_829_600, 0)]
    [InlineData("2020-01-01T00:00:00.1-00:30", 1_577_838_600, 100_000_000)]
    [InlineData("2020-01-01T00:00:00.1234567899999Z", 1_577_836_800, 123_456_789)]
    public void AnyOffsetIsRead(string text, long seconds, int nanoseconds)
    {
        Assert.True(Rfc3339.TryParse(Encoding.ASCII.GetBytes(text), out UnixTime time));
        Assert.Equal(new UnixTime(seconds, nanoseconds), time);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2020-01-01T00:00:00")]
    [InlineData("2020-01-01 00:00:00Z")]
    [InlineData("2020-13-01T00:00:00Z")]
    [InlineData("2021-02-29T00:00:00Z")]
    [InlineData("2020-01-00T00:00:00Z")]
    [InlineData("2020-01-01T24:00:00Z")]
    [InlineData("2020-01-01T00:60:00Z")]
    [InlineData("2020-01-01T00:00:60Z")]
    [InlineData("2020-01-01T00:00:00.Z")]
    [InlineData("2020-01-01T00:00:00.1")]
    [InlineData("2020-01-01T00:00:00+0200")]
    [InlineData("2020-01-01T00:00:00+25:00")]
    [InlineData("2020-01-01T00:00:00Zx")]
    public void OtherTextIsNoTime(string text)
    {
        Assert.False(Rfc3339.TryParse(Encoding.ASCII.GetBytes(text), out _));
    }

    private static string Written(UnixTime time)
    {
        Span<byte> output = stackalloc byte[Rfc3339.MostBytes];
        return Encoding.ASCII.GetString(output[..Rfc3339.Write(time, output)]);
    }
}
