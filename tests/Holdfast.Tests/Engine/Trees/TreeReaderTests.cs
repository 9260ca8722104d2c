using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Trees;
using Xunit;

namespace Holdfast.Tests.Engine.Trees;

public sealed class TreeReaderTests
{
    private const string Times =
        "\"mtime\":\"2020-01-01T00:00:00Z\",\"atime\":\"2020-01-01T00:00:00Z\",\"ctime\":\"2020-01-01T00:00:00Z\"";

    [Fact]
    public void FieldsMayComeInAnyOrderAmongUnknownOnes()
    {
        Node node = Assert.Single(
            Read(
                """
                {"new":{"a":[1,{}]}, "nodes":[{"error":"e","generic_attributes":{"windows.x":[null]},"links":2,
                "type":"fifo","later":null,"name":"n\\xffé\u003c","mtime":"2020-01-01T02:00:00.5+02:00","user":null}],"z":1}
                """
            )
        );

        Assert.Equal([(byte)'n', 0xff, 0xc3, 0xa9, (byte)'<'], node.Name);
        Assert.Equal(NodeType.Fifo, node.Type);
        Assert.Equal(2UL, node.Links);
        Assert.Equal("e", node.Error);
        Assert.Equal(new UnixTime(1_577_836_800, 500_000_000), node.ModifyTime);
        Assert.Null(node.Content);
    }

    [Fact]
    public void ATypeOfTheFutureIsUnknown()
    {
        Assert.Equal(NodeType.Unknown, Read("""{"nodes":[{"name":"a","type":"door"}]}""")[0].Type);
    }

    [Fact]
    public void ALinkTargetThatIsNotUtf8IsTheRawOne()
    {
        Node node = Read(
            """{"nodes":[{"name":"l","type":"symlink","linktarget":"a\ufffd","linktarget_raw":"Yf8="}]}"""
        )[0];

        Assert.Equal("a"u8.ToArray().Append((byte)0xff), node.LinkTarget);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"nodes":{}}""")]
    [InlineData("""{"nodes":[1]}""")]
    [InlineData("""{"nodes":[]""")]
    [InlineData("""{"nodes":[]} {}""")]
    [InlineData("""{"nodes":[{"type":"file"}]}""")]
    [InlineData("""{"nodes":[{"name":""}]}""")]
    [InlineData("""{"nodes":[{"name":"."}]}""")]
    [InlineData("""{"nodes":[{"name":".."}]}""")]
    [InlineData("""{"nodes":[{"name":"\\x2e."}]}""")]
    [InlineData("""{"nodes":[{"name":"a/b"}]}""")]
    [InlineData("""{"nodes":[{"name":"..\\u002fb"}]}""")]
    [InlineData("""{"nodes":[{"name":"a\\057b"}]}""")]
    [InlineData("""{"nodes":[{"name":"a\\x00b"}]}""")]
    [InlineData("""{"nodes":[{"name":"a\u0000b"}]}""")]
    [InlineData("""{"nodes":[{"name":"a\\"}]}""")]
    [InlineData("""{"nodes":[{"name":"a\\x4"}]}""")]
    [InlineData("""{"nodes":[{"name":"a\\q"}]}""")]
    [InlineData("""{"nodes":[{"name":"a\\777"}]}""")]
    [InlineData("""{"nodes":[{"name":"a\\ud800"}]}""")]
    [InlineData("""{"nodes":[{"name":"a\"b"}]}""")]
    [InlineData("""{"nodes":[{"name":"a\ud800"}]}""")]
    [InlineData("""{"nodes":[{"name":"b"},{"name":"a"}]}""")]
    [InlineData("""{"nodes":[{"name":"a"},{"name":"a"}]}""")]
    [InlineData("""{"nodes":[{"name":"a","uid":-1}]}""")]
    [InlineData("""{"nodes":[{"name":"a","uid":4294967296}]}""")]
    [InlineData("""{"nodes":[{"name":"a","size":18446744073709551616}]}""")]
    [InlineData("""{"nodes":[{"name":"a","size":"1"}]}""")]
    [InlineData("""{"nodes":[{"name":"a","mtime":"2020-02-30T00:00:00Z"}]}""")]
    [InlineData("""{"nodes":[{"name":"a","mtime":17}]}""")]
    [InlineData("""{"nodes":[{"name":"a","content":["abc"]}]}""")]
    [InlineData("""{"nodes":[{"name":"a","content":[null]}]}""")]
    [InlineData("""{"nodes":[{"name":"a","subtree":"zz"}]}""")]
    [InlineData("""{"nodes":[{"name":"a","extended_attributes":[{"name":"u","value":"?"}]}]}""")]
    [InlineData("""{"nodes":[{"name":"a","extended_attributes":[3]}]}""")]
    public void WhatNoBackupWritesIsDamage(string json)
    {
        EngineError error = Assert.Throws<EngineError>(() => Read(json));

        Assert.Equal(EngineErrorKind.Damaged, error.Kind);
        Assert.NotNull(error.Advice);
        Assert.False(error.Temporary);
    }

    [Fact]
    public void BytesThatAreNotUtf8InAStringAreDamage()
    {
        byte[] json = Encoding.Latin1.GetBytes($"{{\"nodes\":[{{\"name\":\"a\",{Times},\"user\":\"\u00ff\"}}]}}");

        Assert.Equal(EngineErrorKind.Damaged, Assert.Throws<EngineError>(() => TreeReader.Read(json)).Kind);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void AnyBytesGiveATreeOrDamage(int seed)
    {
        Random random = new(seed);
        System.Buffers.ArrayBufferWriter<byte> output = new();
        TreeWriter.Write(output, Nodes.Tree(random, 20));
        int damaged = 0;
        for (int round = 0; round < 2000; round++)
        {
            byte[] json = output.WrittenSpan.ToArray();
            json[random.Next(json.Length)] = (byte)random.Next(256);
            try
            {
                TreeReader.Read(json);
            }
            catch (EngineError error)
            {
                Assert.Equal(EngineErrorKind.Damaged, error.Kind);
                damaged++;
            }
        }
        Assert.InRange(damaged, 1, 2000);
    }

    /// <summary>Both readers: one takes what a backup writes, the other whatever is a tree.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void APartOfATreeIsWhatTheWholeHasThere(int seed)
    {
        Random random = new(seed);
        List<Node> nodes = Nodes.Tree(random, 30);
        System.Buffers.ArrayBufferWriter<byte> output = new();
        TreeWriter.Write(output, nodes);
        List<Node> whole = TreeReader.Read(output.WrittenSpan);
        byte[] spaced = [.. " "u8, .. output.WrittenSpan];
        foreach (Node node in whole)
        {
            byte[] from = random.Next(2) == 0 ? node.Name : [.. node.Name, 0];
            int most = 1 + random.Next(10);
            IEnumerable<byte[]> expected = whole
                .Where(one => from.AsSpan().SequenceCompareTo(one.Name) <= 0)
                .Take(most)
                .Select(one => one.Name);
            Assert.Equal(expected, TreeReader.Read(output.WrittenSpan, from, most).Select(one => one.Name));
            Assert.Equal(expected, TreeReader.Read(spaced, from, most).Select(one => one.Name));
        }
    }

    private static List<Node> Read(string json) => TreeReader.Read(Encoding.UTF8.GetBytes(json));
}
