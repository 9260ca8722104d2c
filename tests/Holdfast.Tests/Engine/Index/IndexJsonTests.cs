using System.Buffers;
using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Index;
using Holdfast.Engine.Packs;
using Xunit;

namespace Holdfast.Tests.Engine.Index;

public sealed class IndexJsonTests
{
    private static readonly string A = new('a', 64);
    private static readonly string B = new('b', 64);

    [Fact]
    public void WhatIsWrittenIsRead()
    {
        var random = new Random(1);
        List<PackContent> packs = [.. Enumerable.Range(0, 20).Select(_ => SamplePacks.Of(random, random.Next(1, 50)))];
        List<PackContent> read = IndexJson.Parse(Write(packs))!;
        Assert.Equal(packs.Select(pack => pack.Pack), read.Select(pack => pack.Pack));
        Assert.Equal(packs.SelectMany(pack => pack.Blobs), read.SelectMany(pack => pack.Blobs));
    }

    [Fact]
    public void TheJsonIsResticsOwn()
    {
        var pack = new PackContent(
            Id.Parse(A),
            [new PackEntry(BlobKind.Data, Id.Parse(B), 0, 40, 0), new PackEntry(BlobKind.Tree, Id.Parse(A), 40, 50, 60)]
        );
        Assert.Equal(
            $$"""{"packs":[{"id":"{{A}}","blobs":[{"id":"{{B}}","type":"data","offset":0,"length":40},"""
                + $$"""{"id":"{{A}}","type":"tree","offset":40,"length":50,"uncompressed_length":60}]}]}""",
            Encoding.UTF8.GetString(Write([pack]))
        );
    }

    [Fact]
    public void WhatOlderAndNewerVersionsAddIsPassedOver()
    {
        List<PackContent> read = Parse(
            $$"""
            { "supersedes": ["{{B}}"], "new": {"x": [1, {"y": 2}]},
              "packs": [ {"extra": [1], "blobs": [ {"type":"data","more":{"z":1},"id":"{{B}}","length":32,"offset":7} ], "id":"{{A}}"} ] }
            """
        )!;
        PackContent pack = Assert.Single(read);
        Assert.Equal(Id.Parse(A), pack.Pack);
        Assert.Equal([new PackEntry(BlobKind.Data, Id.Parse(B), 7, 32, 0)], pack.Blobs);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"packs\":[]}")]
    [InlineData("{\"packs\":null}")]
    public void AnEmptyIndexIsAnIndex(string json) => Assert.Empty(Parse(json)!);

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"packs\":1}")]
    [InlineData("{\"packs\":[1]}")]
    [InlineData("{\"packs\":[{}]}")]
    [InlineData("{\"packs\":[{\"id\":\"A\",\"blobs\":[]}]}")]
    [InlineData("{\"packs\":[{\"id\":\"ID\",\"blobs\":[{}]}]}")]
    [InlineData(
        "{\"packs\":[{\"id\":\"ID\",\"blobs\":[{\"id\":\"ID\",\"type\":\"other\",\"offset\":0,\"length\":40}]}]}"
    )]
    [InlineData(
        "{\"packs\":[{\"id\":\"ID\",\"blobs\":[{\"id\":\"ID\",\"type\":\"data\",\"offset\":-1,\"length\":40}]}]}"
    )]
    [InlineData(
        "{\"packs\":[{\"id\":\"ID\",\"blobs\":[{\"id\":\"ID\",\"type\":\"data\",\"offset\":0,\"length\":31}]}]}"
    )]
    [InlineData(
        "{\"packs\":[{\"id\":\"ID\",\"blobs\":[{\"id\":\"ID\",\"type\":\"data\",\"offset\":0,\"length\":4294967296}]}]}"
    )]
    [InlineData(
        "{\"packs\":[{\"id\":\"ID\",\"blobs\":[{\"id\":\"ID\",\"type\":\"data\",\"offset\":0,\"length\":2147483648}]}]}"
    )]
    [InlineData(
        "{\"packs\":[{\"id\":\"ID\",\"blobs\":[{\"id\":\"ID\",\"type\":\"data\",\"offset\":4294967290,\"length\":40}]}]}"
    )]
    public void WhatIsNoIndexIsRefused(string json) =>
        Assert.Null(Parse(json.Replace("ID", A, StringComparison.Ordinal)));

    private static ReadOnlySpan<byte> Write(IEnumerable<PackContent> packs)
    {
        var json = new ArrayBufferWriter<byte>();
        IndexJson.Write(json, packs);
        return json.WrittenSpan;
    }

    private static List<PackContent>? Parse(string json) => IndexJson.Parse(Encoding.UTF8.GetBytes(json));
}
