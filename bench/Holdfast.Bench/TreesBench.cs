using System.Buffers;
using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Trees;

namespace Holdfast.Bench;

/// <summary>Tree JSON of a directory of ordinary small files, written and read.</summary>
internal static class TreesBench
{
    private const int Files = 10_000;

    public static void Run()
    {
        List<Node> nodes = [.. Enumerable.Range(0, Files).Select(File)];
        ArrayBufferWriter<byte> output = new();
        TreeWriter.Write(output, nodes);
        byte[] json = output.WrittenSpan.ToArray();

        Speed.Print("tree written", json.Length, () => Write(output, nodes));
        Speed.Print("tree read", json.Length, () => TreeReader.Read(json));
    }

    private static void Write(ArrayBufferWriter<byte> output, List<Node> nodes)
    {
        output.ResetWrittenCount();
        TreeWriter.Write(output, nodes);
    }

    private static Node File(int number) =>
        new()
        {
            Name = Encoding.UTF8.GetBytes($"file-{number:D6}.cs"),
            Type = NodeType.File,
            Mode = 0x1A4,
            ModifyTime = new UnixTime(1_700_000_000 + number, 123_456_789),
            AccessTime = new UnixTime(1_700_000_000 + number, 123_456_789),
            ChangeTime = new UnixTime(1_700_000_000 + number, 987_654_321),
            Uid = 1000,
            Gid = 1000,
            User = "builder",
            Group = "builder",
            Inode = 1_000_000UL + (uint)number,
            DeviceId = 2049,
            Size = 4096,
            Links = 1,
            Content = [new Id(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(number)))],
        };
}
