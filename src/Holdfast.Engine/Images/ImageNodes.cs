using System.Buffers;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Images;

/// <summary>The nodes of an image and its directory: root's, nobody else's to read, and as old as the backup.</summary>
internal sealed class ImageNodes(DateTimeOffset backedUp)
{
    private const uint OwnerOnlyFile = 0x180; // 0600
    private const uint OwnerOnlyDirectory = 0x1C0; // 0700

    private readonly UnixTime time = UnixTime.From(backedUp);

    public Node File(byte[] name, IReadOnlyList<Id> content, long size) =>
        Make(name, NodeType.File, OwnerOnlyFile) with
        {
            Content = content,
            Size = (ulong)size,
            Links = 1,
        };

    public Node Directory(byte[] name, Id subtree) =>
        Make(name, NodeType.Dir, OwnerOnlyDirectory | GoFileMode.Dir) with
        {
            Subtree = subtree,
        };

    /// <summary>Stores a tree of one node.</summary>
    public static async Task<Id> SaveTreeAsync(Node node, BlobWriter writer, CancellationToken cancellationToken)
    {
        var json = new ArrayBufferWriter<byte>();
        TreeWriter.Write(json, [node]);
        Id id = Sha256.Hash(json.WrittenSpan);
        await writer.SaveAsync(BlobKind.Tree, id, json.WrittenMemory, cancellationToken);
        return id;
    }

    private Node Make(byte[] name, NodeType type, uint mode) =>
        new()
        {
            Name = name,
            Type = type,
            Mode = mode,
            ModifyTime = time,
            AccessTime = time,
            ChangeTime = time,
            User = "root",
            Group = "root",
        };
}
