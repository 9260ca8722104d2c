using Holdfast.Api.Manila;
using Xunit;

namespace Holdfast.Tests.Api.Manila;

/// <summary>Maps in queries, as Python's clients write them.</summary>
public sealed class PythonMapTests
{
    [Theory]
    [InlineData("{}", "")]
    [InlineData("{'a': 'b'}", "a=b")]
    [InlineData("{'a':'b','c':'d',}", "a=b c=d")]
    [InlineData(" { \"a\" : \"it's\" } ", "a=it's")]
    [InlineData("{u'a': u'b'}", "a=b")]
    [InlineData("{'a': True, 'b': False, 'c': -1.5}", "a=True b=False c=-1.5")]
    [InlineData(@"{'a\'b': 'c\\d\x41\u00e9'}", @"a'b=c\dAé")]
    [InlineData("{'a': '}', 'b': '😀'}", "a=} b=😀")]
    public void Read(string text, string pairs) =>
        Assert.Equal(
            pairs,
            string.Join(' ', PythonMap.Read("metadata", text).Select(pair => $"{pair.Key}={pair.Value}"))
        );

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{'a'}")]
    [InlineData("{'a': }")]
    [InlineData("{'a': 'b'")]
    [InlineData("{'a': 'b")]
    [InlineData("{'a': 'b\\")]
    [InlineData("{'a': 'b'} x")]
    [InlineData("{'a': 'b' 'c': 'd'}")]
    [InlineData("{'a': None}")]
    [InlineData("{'a': {'b': 'c'}}")]
    [InlineData("{'a': __import__('os')}")]
    [InlineData(@"{'a': '\ud800'}")]
    [InlineData(@"{'a': '\x0'}")]
    [InlineData(@"{'a': '\x00'}")]
    [InlineData(@"{'a': '\q'}")]
    [InlineData("{1: 'b'}")]
    public void Refused(string text)
    {
        Fault fault = Assert.Throws<Fault>(() => PythonMap.Read("extra_specs", text));
        Assert.Equal((400, $"Wrong extra specs filter provided: {text}."), (fault.Status, fault.Message));
    }

    [Fact]
    public void As_many_pairs_as_there_may_be_and_one_more()
    {
        Assert.Equal(256, PythonMap.Read("metadata", Pairs(256)).Count);

        Fault fault = Assert.Throws<Fault>(() => PythonMap.Read("extra_specs", Pairs(257)));
        Assert.Equal((400, "The extra specs filter has more than 256 pairs."), (fault.Status, fault.Message));
    }

    private static string Pairs(int count) =>
        $"{{{string.Join(',', Enumerable.Range(0, count).Select(i => $"'{i}':0"))}}}";
}
