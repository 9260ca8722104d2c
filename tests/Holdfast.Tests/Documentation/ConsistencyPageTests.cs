using System.Text.RegularExpressions;
using Holdfast.Testing;
using Xunit;

namespace Holdfast.Tests.Documentation;

/// <summary><c>docs/consistency.md</c> names the test of each line. A test that is renamed takes the page along.</summary>
public sealed partial class ConsistencyPageTests
{
    [GeneratedRegex(@"`(?<class>\w+Tests)\.(?<method>[A-Z]\w+)`", RegexOptions.NonBacktracking)]
    private static partial Regex TestName();

    [Fact]
    public void Every_test_that_the_page_names_is_there()
    {
        string page = File.ReadAllText(RepositoryRoot.File("docs/consistency.md"));
        MatchCollection named = TestName().Matches(page);
        Assert.NotEmpty(named);
        Dictionary<string, string> sources = Directory
            .EnumerateFiles(RepositoryRoot.File("tests"), "*Tests.cs", SearchOption.AllDirectories)
            .GroupBy(path => Path.GetFileNameWithoutExtension(path))
            .ToDictionary(group => group.Key, group => string.Concat(group.Select(File.ReadAllText)));
        Assert.All(
            named,
            one =>
                Assert.Contains(
                    $" {one.Groups["method"].Value}(",
                    sources.GetValueOrDefault(one.Groups["class"].Value, "no such class"),
                    StringComparison.Ordinal
                )
        );
    }
}
