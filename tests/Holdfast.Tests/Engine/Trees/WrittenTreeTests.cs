using System.Buffers;
using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Trees;
using Xunit;

namespace Holdfast.Tests.Engine.Trees;

/// <summary>The fast reader against the plain one.</summary>
public sealed class WrittenTreeTests
{
    private const string IdText = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    private static readonly string Plain = """
        {"nodes":[{"name":"a file é","type":"file","mode":420,"mtime":"2023-11-14T22:13:20.12Z",
        "atime":"2023-11-14T22:13:20.12Z","ctime":"2024-02-29T00:00:00Z","uid":4294967295,"gid":0,"user":"root","group":"adm",
        "inode":18446744073709551615,"device_id":5,"size":10,"links":2,
        "extended_attributes":[{"name":"user.x","value":"dg=="},{"name":"user.y","value":""}],
        "content":["ID","ID"]},{"name":"b","type":"symlink","mode":134218239,"mtime":"2023-11-14T22:13:20+01:00",
        "atime":"2023-11-14T22:13:20Z","ctime":"2023-11-14T22:13:20Z","uid":0,"gid":7,"user":"root","group":"root",
        "links":1,"linktarget":"../c","content":null},{"name":"c","type":"file","mode":420,"mtime":"1969-12-31T23:59:59.5Z",
        "atime":"0000-01-01T00:00:00Z","ctime":"9999-12-31T23:59:59Z","uid":0,"gid":0,"inode":1,"device":3,"content":[]},
        {"name":"d","type":"dir","mode":2147484141,"mtime":"2023-11-14T22:13:20Z","atime":"2023-11-14T22:13:20Z",
        "ctime":"2023-11-14T22:13:20Z","uid":0,"gid":0,"user":"user","content":null,"subtree":"ID"}]}
        """.Replace("\n", "", StringComparison.Ordinal).Replace("ID", IdText, StringComparison.Ordinal);

    [Fact]
    public void ATreeAsItIsWrittenIsReadAsThePlainReaderReadsIt()
    {
        byte[] json = Encoding.UTF8.GetBytes(Plain + "\n");

        List<Node>? read = WrittenTree.TryRead(json);

        Assert.NotNull(read);
        AssertSame(TreeReader.ReadAnyForm(json), read);
        ArrayBufferWriter<byte> output = new();
        TreeWriter.Write(output, read);
        // The one time with an offset is written in UTC.
        Assert.Equal(
            Encoding.UTF8.GetString(json).Replace("22:13:20+01:00", "21:13:20Z", StringComparison.Ordinal),
            Encoding.UTF8.GetString(output.WrittenSpan)
        );
    }

    [Theory]
    [InlineData("\"name\":\"b\"", "\"name\":\"\\u0062\"")]
    [InlineData("\"mode\":420,", "\"mode\": 420,")]
    [InlineData("\"type\":\"file\",\"mode\":420", "\"mode\":420,\"type\":\"file\"")]
    [InlineData(",\"uid\":0", ",\"new\":[1],\"uid\":0")]
    [InlineData("]}\n", "]}")]
    [InlineData("]}\n", "],\"more\":1}\n")]
    public void AnotherFormIsLeftToThePlainReader(string written, string other)
    {
        byte[] json = Encoding.UTF8.GetBytes((Plain + "\n").Replace(written, other, StringComparison.Ordinal));

        Assert.Null(WrittenTree.TryRead(json));
        Assert.Equal(4, TreeReader.Read(json).Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void WhateverBytesItReadsThePlainReaderReadsAlike(int seed)
    {
        Random random = new(seed);
        byte[] written = Encoding.UTF8.GetBytes(Plain + "\n");
        int read = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] json = [.. written];
            for (int change = random.Next(3); change >= 0; change--)
            {
                json[random.Next(json.Length)] = written[random.Next(written.Length)];
            }
            if (WrittenTree.TryRead(json) is { } nodes)
            {
                AssertSame(TreeReader.ReadAnyForm(json), nodes);
                read++;
            }
        }
        Assert.InRange(read, 1, 19_999);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void EveryPartOfATreeIsNone(int seed)
    {
        ArrayBufferWriter<byte> output = new();
        TreeWriter.Write(output, Nodes.Tree(new Random(seed), 3));
        byte[][] trees = [output.WrittenSpan.ToArray(), Encoding.UTF8.GetBytes(Plain + "\n")];

        foreach (byte[] json in trees)
        {
            for (int length = 0; length < json.Length; length++)
            {
                Assert.Null(WrittenTree.TryRead(json.AsSpan(0, length)));
            }
        }
    }

    private static void AssertSame(List<Node> expected, List<Node> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (int index = 0; index < expected.Count; index++)
        {
            Assert.Equivalent(expected[index], actual[index], strict: true);
            Assert.Equal(expected[index].Content is null, actual[index].Content is null);
        }
    }
}
