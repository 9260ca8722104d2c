using System.Text.RegularExpressions;
using Holdfast.Testing;
using Xunit;

namespace Holdfast.Tests.Documentation;

/// <summary><c>docs/operate/configuration.md</c> and the file that installations begin with, <c>deploy/holdfast.conf</c>, have the same settings.</summary>
public sealed partial class ConfigurationPageTests
{
    [GeneratedRegex("`(?<name>HOLDFAST_[A-Z_]+)`", RegexOptions.NonBacktracking)]
    private static partial Regex OnPage();

    [GeneratedRegex("^#(?<name>HOLDFAST_[A-Z_]+)=", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex InFile();

    [Fact]
    public void The_file_of_an_installation_has_every_setting_of_the_page()
    {
        IEnumerable<string> rows = File.ReadLines(RepositoryRoot.File("docs/operate/configuration.md"))
            .Where(line => line.StartsWith("| `HOLDFAST_", StringComparison.Ordinal))
            .Select(line => line.Split('|')[1]);
        IEnumerable<string> page = rows.SelectMany(row => OnPage().Matches(row))
            .Select(match => match.Groups["name"].Value);
        IEnumerable<string> file = InFile()
            .Matches(File.ReadAllText(RepositoryRoot.File("deploy/holdfast.conf")))
            .Select(match => match.Groups["name"].Value);
        Assert.Equal(page.Order(StringComparer.Ordinal), file.Order(StringComparer.Ordinal));
    }
}
