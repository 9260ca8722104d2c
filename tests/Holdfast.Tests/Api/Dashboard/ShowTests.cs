using Holdfast.Api.Dashboard.Layout;
using Xunit;

namespace Holdfast.Tests.Api.Dashboard;

public sealed class ShowTests
{
    [Theory]
    [InlineData("report.txt", "report.txt")]
    [InlineData("été 😀", "été 😀")]
    [InlineData("a\nb\u001b[31m", "a\\u{A}b\\u{1B}[31m")]
    [InlineData("txt.\u202eexe", "txt.\\u{202E}exe")]
    [InlineData("a\u200bb", "a\\u{200B}b")]
    public void What_is_not_seen_in_a_name_is_written_out(string name, string shown) =>
        Assert.Equal(shown, Show.Text(name));

    [Theory]
    [InlineData(0, "0 bytes")]
    [InlineData(1, "1 byte")]
    [InlineData(1023, "1023 bytes")]
    [InlineData(1024, "1.0 KiB")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(1L << 40, "1.0 TiB")]
    [InlineData(long.MaxValue, "8.0 EiB")]
    public void Bytes_have_a_unit(long bytes, string shown) => Assert.Equal(shown, Show.Bytes(bytes));

    [Theory]
    [InlineData(0, "0 seconds")]
    [InlineData(1, "1 second")]
    [InlineData(119, "1 minute")]
    [InlineData(7200, "2 hours")]
    [InlineData(172800, "2 days")]
    public void Spans_have_one_unit(int seconds, string shown) =>
        Assert.Equal(shown, Show.Span(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("available", "Available")]
    [InlineData("error_restoring", "Error restoring")]
    [InlineData("restoring-backup", "Restoring backup")]
    [InlineData("", "")]
    public void Words_of_the_API_are_said_as_people_say_them(string word, string shown) =>
        Assert.Equal(shown, Show.Word(word));
}
