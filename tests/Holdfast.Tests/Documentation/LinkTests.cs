using System.Text.RegularExpressions;
using Holdfast.Testing;
using Xunit;

namespace Holdfast.Tests.Documentation;

/// <summary>Pages lead to one another: every relative link of every page to a file and, behind <c>#</c>, a heading in it.</summary>
public sealed partial class LinkTests
{
    private static readonly string[] Places = [".", "docs", "bench", "tests"];

    public static TheoryData<string> Pages =>
        [
            .. Places
                .SelectMany(place =>
                    Directory.EnumerateFiles(
                        RepositoryRoot.File(place),
                        "*.md",
                        place == "." ? SearchOption.TopDirectoryOnly : SearchOption.AllDirectories
                    )
                )
                .Select(file => Path.GetRelativePath(RepositoryRoot.Path, file))
                .Where(file => !file.Split('/').Any(part => part is "bin" or "obj"))
                .Order(StringComparer.Ordinal),
        ];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_leads_somewhere(string page)
    {
        string directory = Path.GetDirectoryName(RepositoryRoot.File(page))!;
        string[] broken =
        [
            .. Link()
                .Matches(Code().Replace(Prose(RepositoryRoot.File(page)), ""))
                .Select(match => match.Groups["target"].Value)
                .Where(target => !Scheme().IsMatch(target))
                .Where(target => !Leads(directory, RepositoryRoot.File(page), target)),
        ];
        Assert.Empty(broken);
    }

    /// <summary>Each page under <c>docs/</c> can be found from the index, and the index from the README.</summary>
    [Fact]
    public void The_index_has_every_page_and_the_readme_has_the_index()
    {
        string index = File.ReadAllText(RepositoryRoot.File("docs/README.md"));
        Assert.All(
            Pages
                .Select(page => page.Data)
                .Where(page => page.StartsWith("docs/", StringComparison.Ordinal))
                .Where(page => page != "docs/README.md" && !page.StartsWith("docs/adr/", StringComparison.Ordinal)),
            page => Assert.Contains($"]({page["docs/".Length..]})", index, StringComparison.Ordinal)
        );
        Assert.Contains(
            "](docs/README.md)",
            File.ReadAllText(RepositoryRoot.File("README.md")),
            StringComparison.Ordinal
        );
    }

    private static bool Leads(string directory, string page, string target)
    {
        string[] parts = target.Split('#', 2);
        string file = parts[0].Length == 0 ? page : Path.GetFullPath(Path.Combine(directory, parts[0]));
        return parts.Length == 1
            ? File.Exists(file) || Directory.Exists(file)
            : File.Exists(file) && Anchors(file).Contains(parts[1]);
    }

    /// <summary>As GitHub makes them of headings.</summary>
    private static IEnumerable<string> Anchors(string file) =>
        Heading()
            .Matches(Prose(file))
            .Select(match =>
                NotInAnchors().Replace(match.Groups["text"].Value.ToLowerInvariant(), "").Replace(' ', '-')
            );

    /// <summary>The page without its fenced blocks.</summary>
    private static string Prose(string file) => Fenced().Replace(File.ReadAllText(file), "");

    [GeneratedRegex(
        @"^ *```.*?^ *```$",
        RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.NonBacktracking
    )]
    private static partial Regex Fenced();

    [GeneratedRegex("`[^`\n]*`", RegexOptions.NonBacktracking)]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.NonBacktracking)]
    private static partial Regex Link();

    [GeneratedRegex("^[a-z]+:", RegexOptions.NonBacktracking)]
    private static partial Regex Scheme();

    [GeneratedRegex("^#+ (?<text>.*)$", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]", RegexOptions.NonBacktracking)]
    private static partial Regex NotInAnchors();
}
