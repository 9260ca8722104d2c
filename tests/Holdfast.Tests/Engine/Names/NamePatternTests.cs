using System.Text;
using System.Text.RegularExpressions;
using Holdfast.Engine;
using Holdfast.Engine.Names;
using Xunit;

namespace Holdfast.Tests.Engine.Names;

public sealed class NamePatternTests
{
    [Theory]
    [InlineData("report", "Annual REPORT.txt", true)]
    [InlineData("report", "reprt", false)]
    [InlineData("aab", "aaab", true)]
    [InlineData("\u00e9", "caf\u00e9", true)]
    [InlineData("\u00c9", "caf\u00e9", false)]
    [InlineData("*.txt", "a.TXT", true)]
    [InlineData("*.txt", "a.txt.gz", false)]
    [InlineData("*", "anything", true)]
    [InlineData("**a**", "bab", true)]
    [InlineData("?", "\u00e9", true)]
    [InlineData("??", "\u00e9", false)]
    [InlineData("[a-c]?", "Bx", true)]
    [InlineData("[!a-c]", "d", true)]
    [InlineData("[!a-c]", "b", false)]
    [InlineData("[]x]", "]", true)]
    [InlineData("a[", "a[", true)]
    [InlineData("a[b", "a[b", true)]
    [InlineData("[]", "[]", true)]
    [InlineData("[!]", "a[!]", true)]
    [InlineData("a[b", "an A[B] name", true)]
    [InlineData("[^a]", "b", true)]
    [InlineData("[^a]", "A", false)]
    [InlineData("[!]a]", "b", true)]
    [InlineData("[!]a]", "]", false)]
    [InlineData("[!]a]", "a", false)]
    [InlineData("[a!]", "!", true)]
    [InlineData("[a-]", "-", true)]
    [InlineData("[--0]", "/", true)]
    [InlineData("[z-a]", "m", false)]
    [InlineData("[A-_]", "b", true)]
    [InlineData("[A-_]", "_", true)]
    [InlineData("[!A-Z]", "q", false)]
    [InlineData("[*]x", "*x", true)]
    [InlineData("[*]x", "ax", false)]
    [InlineData("[!a]x", "\u00e9x", true)]
    [InlineData("[a-z]", "\u00e9", false)]
    [InlineData("*??bc", "\u20acbc", false)]
    [InlineData("*?bc", "\u20acbc", true)]
    [InlineData("a*b*c", "axbxbc", true)]
    [InlineData("a*b*c", "axbxb", false)]
    [InlineData("?*", "", false)]
    public void A_name_matches(string pattern, string name, bool expected) =>
        Assert.Equal(expected, new NamePattern(pattern).Matches(Encoding.UTF8.GetBytes(name)));

    [Fact]
    public void Bytes_that_are_no_text_are_single_letters()
    {
        byte[] name = [(byte)'a', 0xff, (byte)'b'];
        Assert.True(new NamePattern("a?b").Matches(name));
        Assert.True(new NamePattern("a*b").Matches(name));
        Assert.True(new NamePattern("b").Matches(name));
        Assert.True(new NamePattern("a[!x]b").Matches(name));
        Assert.True(new NamePattern("??").Matches([0xe2, 0x82]));
        Assert.False(new NamePattern("?").Matches([0xe2, 0x82]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Wildcards_mean_what_a_regular_expression_says(int seed)
    {
        Random random = new(seed);
        int matched = 0;
        for (int round = 0; round < 5000; round++)
        {
            string pattern = string.Concat(Enumerable.Range(0, 1 + random.Next(6)).Select(_ => Piece(random))) + "*";
            string name = Any(random, "abc", 1 + random.Next(8));
            string regex =
                "^"
                + Regex
                    .Escape(pattern)
                    .Replace("\\*", ".*")
                    .Replace("\\?", ".")
                    .Replace("\\[!", "[^")
                    .Replace("\\[", "[")
                + "$";
            bool expected = Regex.IsMatch(name, regex, RegexOptions.None, TimeSpan.FromSeconds(5));
            Assert.True(
                expected == new NamePattern(pattern).Matches(Encoding.UTF8.GetBytes(name)),
                $"{pattern} {name}"
            );
            matched += expected ? 1 : 0;
        }
        Assert.InRange(matched, 100, 4900);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a\0b")]
    [InlineData("[\u00e9]")]
    public void What_no_name_can_be_is_refused(string pattern) =>
        Assert.Equal(EngineErrorKind.Invalid, Assert.Throws<EngineError>(() => new NamePattern(pattern)).Kind);

    /// <summary>None has a letter that a regular expression reads in another way.</summary>
    private static string Piece(Random random) =>
        random.Next(4) == 0 ? new[] { "[a]", "[b-c]", "[!ac]" }[random.Next(3)] : Any(random, "ab*?", 1);

    private static string Any(Random random, string letters, int length) =>
        new([.. Enumerable.Range(0, length).Select(_ => letters[random.Next(letters.Length)])]);
}
