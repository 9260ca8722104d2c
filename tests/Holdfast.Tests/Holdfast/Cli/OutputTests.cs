using Holdfast.Cli;
using Xunit;

namespace Holdfast.Tests.Cli;

public sealed class OutputTests
{
    [Theory]
    [InlineData("plain, ünd €", "plain, ünd €")]
    [InlineData("two\nlines", "two\nlines")]
    [InlineData("\u001b[2J", "\\x1B[2J")]
    [InlineData("txt.\u202eexe", "txt.\\x202Eexe")]
    [InlineData("disk \U0001f4be", "disk \U0001f4be")]
    [InlineData("tag \U000e0041", "tag \\xE0041")]
    public void What_would_command_a_terminal_is_written_out(string text, string shown) =>
        Assert.Equal(shown, Output.Plain(text));
}
