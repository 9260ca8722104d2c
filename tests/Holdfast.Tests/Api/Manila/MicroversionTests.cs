using Holdfast.Api.Manila;
using Xunit;

namespace Holdfast.Tests.Api.Manila;

public sealed class MicroversionTests
{
    [Theory]
    [InlineData("2.0", 2, 0)]
    [InlineData("2.80", 2, 80)]
    [InlineData("3.0", 3, 0)]
    [InlineData("10.10", 10, 10)]
    [InlineData("2.99999999999999999999", 2, int.MaxValue)]
    public void Two_plain_numbers_are_a_version(string text, int major, int minor)
    {
        Assert.True(Microversion.TryParse(text, out Microversion version));
        Assert.Equal(new Microversion(major, minor), version);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2")]
    [InlineData("2.")]
    [InlineData(".2")]
    [InlineData("2.080")]
    [InlineData("02.80")]
    [InlineData("0.1")]
    [InlineData("2.0.1")]
    [InlineData("latest")]
    [InlineData("2.8x")]
    [InlineData("-2.80")]
    [InlineData("2.80 ")]
    public void Anything_else_is_none(string text) => Assert.False(Microversion.TryParse(text, out _));

    [Theory]
    [InlineData("1.0", false)]
    [InlineData("2.0", true)]
    [InlineData("2.99", true)]
    [InlineData("2.100", false)]
    [InlineData("3.0", false)]
    public void Served_are_2_0_to_2_99(string text, bool served)
    {
        Assert.True(Microversion.TryParse(text, out Microversion version));
        Assert.Equal(served, version.IsServed);
    }
}
