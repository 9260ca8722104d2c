using System.Buffers;
using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Trees;
using Xunit;

namespace Holdfast.Tests.Engine.Trees;

public sealed class TreeRoundTripTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 40)]
    [InlineData(3, 300)]
    [InlineData(4, 300)]
    [InlineData(5, 1000)]
    public void WhatIsWrittenIsRead(int seed, int count)
    {
        List<Node> nodes = Nodes.Tree(new Random(seed), count);

        byte[] json = Written(nodes);
        List<Node> read = TreeReader.Read(json);

        Assert.Equal(nodes.Count, read.Count);
        for (int index = 0; index < nodes.Count; index++)
        {
            Assert.Equivalent(nodes[index], read[index], strict: true);
        }
        Assert.Equal(json, Written(read));
    }

    [Theory]
    [InlineData(6, 0)]
    [InlineData(7, 1)]
    [InlineData(8, 400)]
    [InlineData(9, 2000)]
    public void TheWriterWritesWhatThePlainOneDoes(int seed, int count)
    {
        List<Node> nodes = Nodes.Tree(new Random(seed), count);

        Assert.Equal(PlainTree.Of(nodes), Encoding.UTF8.GetString(Written(nodes)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void NoTextIsLongerThanReservedForIt(int seed)
    {
        Random random = new(seed);
        byte[][] worst =
        [
            [.. Enumerable.Repeat((byte)1, 255)],
            [.. Enumerable.Repeat((byte)'<', 255)],
            [.. Enumerable.Repeat((byte)0xFF, 255)],
            Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("\u2028\u200b\U000e0001", 20))),
            .. Enumerable.Range(0, 500).Select(_ => Nodes.Text(random, 40)),
        ];
        foreach (byte[] text in worst)
        {
            ArrayBufferWriter<byte> json = new();
            Utf8Output output = new(json);
            GoText.WriteName(ref output, text);
            output.Flush();
            Assert.InRange(json.WrittenCount, 0, GoText.MostBytes(text));
            json.Clear();
            output = new(json);
            GoText.WriteString(ref output, (ReadOnlySpan<byte>)text);
            output.Flush();
            Assert.InRange(json.WrittenCount, 0, GoText.MostBytes(text));
        }
    }

    [Fact]
    public void AWriterIsReadyForTheNextTree()
    {
        ArrayBufferWriter<byte> output = new();
        TreeWriter writer = new(output);
        Node node = Nodes.Node(new Random(1), "same"u8.ToArray());

        writer.Add(node);
        writer.Complete();
        byte[] first = output.WrittenSpan.ToArray();
        output.ResetWrittenCount();
        writer.Add(node);
        writer.Complete();

        Assert.Equal(first, output.WrittenSpan.ToArray());
    }

    [Fact]
    public void FieldsStandInTheOrderOfTheFormat()
    {
        Node node = new()
        {
            Name = "a<b>&\"q\\z\n"u8.ToArray(),
            Type = NodeType.File,
            Mode = 0x1A4,
            ModifyTime = new UnixTime(1_700_000_000, 120_000_000),
            User = "root",
            Inode = 7,
            Size = 3,
            Links = 1,
            ExtendedAttributes = [new ExtendedAttribute("user.x"u8.ToArray(), "v"u8.ToArray())],
            Content = [Id.Parse(new string('a', 64))],
        };

        string json = Encoding.UTF8.GetString(Written([node]));

        string expected =
            """
                {"nodes":[{"name":"a\u003cb\u003e\u0026\\\"q\\\\z\\n","type":"file","mode":420,
                "mtime":"2023-11-14T22:13:20.12Z","atime":"1970-01-01T00:00:00Z","ctime":"1970-01-01T00:00:00Z",
                "uid":0,"gid":0,"user":"root","inode":7,"size":3,"links":1,
                "extended_attributes":[{"name":"user.x","value":"dg=="}],
                "content":["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]}]}
                """.Replace("\n", "") + "\n";
        Assert.Equal(expected, json);
    }

    [Theory]
    [InlineData("b", "a")]
    [InlineData("a", "a")]
    [InlineData("a", "")]
    [InlineData("a", "b/c")]
    [InlineData("+", ".")]
    [InlineData("+", "..")]
    [InlineData("a", "b\0")]
    public void ANameThatADirectoryCannotHaveThereIsRefused(string first, string second)
    {
        TreeWriter writer = new(new ArrayBufferWriter<byte>());
        writer.Add(Fifo(first));

        EngineError error = Assert.Throws<EngineError>(() => writer.Add(Fifo(second)));

        Assert.Equal(EngineErrorKind.Invalid, error.Kind);
    }

    [Fact]
    public void ATypeThatTheFormatLacksIsRefused()
    {
        Node node = new() { Name = "a"u8.ToArray(), Type = NodeType.Unknown };

        Assert.Throws<EngineError>(() => TreeWriter.Write(new ArrayBufferWriter<byte>(), [node]));
    }

    [Fact]
    public void NoNodeCostsAnAllocation()
    {
        List<Node> nodes = Nodes.Tree(new Random(9), 500);
        ArrayBufferWriter<byte> output = new(4 << 20);
        TreeWriter writer = new(output);
        long Allocated()
        {
            output.ResetWrittenCount();
            long before = GC.GetAllocatedBytesForCurrentThread();
            foreach (Node node in nodes)
            {
                writer.Add(node);
            }
            writer.Complete();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Allocated();

        Assert.Equal(0, Allocated());
    }

    private static Node Fifo(string name) => new() { Name = Encoding.UTF8.GetBytes(name), Type = NodeType.Fifo };

    private static byte[] Written(List<Node> nodes)
    {
        ArrayBufferWriter<byte> output = new();
        TreeWriter.Write(output, nodes);
        return output.WrittenSpan.ToArray();
    }
}
