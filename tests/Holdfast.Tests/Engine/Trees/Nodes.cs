using Holdfast.Engine;
using Holdfast.Engine.Trees;

namespace Holdfast.Tests.Engine.Trees;

/// <summary>Random nodes with everything that a node can hold. Seeded: a failing seed fails again.</summary>
internal static class Nodes
{
    private static readonly string[] Pieces =
    [
        "a",
        "Z9",
        " ",
        "\"",
        "\\",
        "<",
        ">",
        "&",
        "\n",
        "\u0001",
        "\u007f",
        "\u0085",
        "\u00a0",
        "\u00ad",
        "é",
        "e\u0301",
        "\u2028",
        "\u200b",
        "\ue000",
        "\u0378",
        "\ufffd",
        "😀",
        "\U0010ffff",
    ];

    public static List<Node> Tree(Random random, int count)
    {
        SortedSet<byte[]> names = new(Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right)));
        while (names.Count < count)
        {
            byte[] name = Text(random, 1 + random.Next(12));
            if (NodeName.IsValid(name))
            {
                names.Add(name);
            }
        }
        return [.. names.Select(name => Node(random, name))];
    }

    public static Node Node(Random random, byte[] name)
    {
        NodeType type = (NodeType)random.Next((int)NodeType.Unknown);
        return new Node
        {
            Name = name,
            Type = type,
            Mode = Maybe(random, () => (uint)random.NextInt64(1L << 32)),
            ModifyTime = Time(random),
            AccessTime = Time(random),
            ChangeTime = Time(random),
            Uid = Maybe(random, () => uint.MaxValue),
            Gid = Maybe(random, () => (uint)random.Next()),
            User = Maybe(random, () => "us<er\u2029\"é") ?? "",
            Group = Maybe(random, () => "\b\f\r\t\\") ?? "",
            Inode = Maybe(random, () => ulong.MaxValue),
            DeviceId = Maybe(random, () => (ulong)random.NextInt64()),
            Size = Maybe(random, () => (ulong)random.NextInt64()),
            Links = Maybe(random, () => (ulong)random.Next(4)),
            LinkTarget = type == NodeType.Symlink ? Text(random, 8) : [],
            ExtendedAttributes = Maybe(random, () => Attributes(random)) ?? [],
            Device = Maybe(random, () => (ulong)random.NextInt64()),
            Content = type == NodeType.File ? [.. Enumerable.Range(0, random.Next(40)).Select(_ => Id(random))] : null,
            Subtree = type == NodeType.Dir ? Id(random) : null,
            Error = Maybe(random, () => "it <failed>") ?? "",
        };
    }

    public static Id Id(Random random)
    {
        byte[] bytes = new byte[Holdfast.Engine.Id.Size];
        random.NextBytes(bytes);
        return new Id(bytes);
    }

    /// <summary>Pieces of text that need care, and now and then any byte at all.</summary>
    public static byte[] Text(Random random, int pieces)
    {
        List<byte> text = [];
        for (int piece = 0; piece < pieces; piece++)
        {
            if (random.Next(4) == 0)
            {
                text.Add((byte)random.Next(256));
            }
            else
            {
                text.AddRange(System.Text.Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
            }
        }
        return [.. text];
    }

    private static UnixTime Time(Random random) =>
        new(
            random.NextInt64(-62_135_596_800, 253_402_300_800),
            Maybe(random, () => random.Next(1000) * (int)Math.Pow(10, random.Next(7)))
        );

    // A name of an attribute that is not UTF-8 does not survive the format.
    private static List<ExtendedAttribute> Attributes(Random random) =>
        [
            .. Enumerable
                .Range(0, 1 + random.Next(3))
                .Select(number => new ExtendedAttribute(
                    System.Text.Encoding.UTF8.GetBytes($"user.<{number}>"),
                    Text(random, random.Next(5))
                )),
        ];

    private static T? Maybe<T>(Random random, Func<T> value) => random.Next(3) == 0 ? default : value();
}
