using Holdfast.Engine.Archives;
using Xunit;

namespace Holdfast.Tests.Engine.Archives;

public sealed class ZipNameTests
{
    [Theory]
    [InlineData("plain name.txt", "plain name.txt")]
    [InlineData("a/b/\u00e4\u20ac\U0001f600", "a/b/\u00e4\u20ac\U0001f600")]
    [InlineData("..\\..\\x", "..%5C..%5Cx")]
    [InlineData("100%", "100%25")]
    [InlineData("\t\n\u007f\u0085", "%09%0A%7F%C2%85")]
    public void What_is_text_is_kept_but_for_what_could_be_taken_for_something_else(string name, string expected) =>
        Assert.Equal(expected, ZipName.Of(System.Text.Encoding.UTF8.GetBytes(name)));

    [Fact]
    public void Different_names_stay_different()
    {
        byte[][] names =
        [
            [(byte)'d', 0xff],
            [.. "d\\xFF"u8],
            [.. "d%FF"u8],
            [.. "d%25FF"u8],
            [.. "d\u00ff"u8],
            [.. "d\ufffd"u8],
            [(byte)'d', 0xc3],
            [(byte)'d', 0xed, 0xa0, 0x80],
        ];
        Assert.Equal(
            ["d%FF", "d%5CxFF", "d%25FF", "d%2525FF", "d\u00ff", "d\ufffd", "d%C3", "d%ED%A0%80"],
            names.Select(name => ZipName.Of(name))
        );
    }
}
