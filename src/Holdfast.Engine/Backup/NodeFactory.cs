using Holdfast.Engine.Files;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Backup;

/// <summary>
/// Makes nodes as restic makes them of the same status, field by field, so that equal directories become equal trees.
/// </summary>
internal sealed class NodeFactory(BackupOptions options)
{
    /// <summary>Marks a node, so that the next backup does not take its attributes for those of the entry.</summary>
    private const string AttributesNotWhole = "the extended attributes are not those of the entry";

    private readonly Accounts accounts = new();

    /// <summary>A file; its size is that of its content, whatever the status said.</summary>
    public Node File(
        byte[] name,
        in FileStatus status,
        EntryAttributes attributes,
        IReadOnlyList<Id> content,
        long size
    ) => Make(name, in status, attributes, content: content, size: size);

    public Node Directory(byte[] name, in FileStatus status, EntryAttributes attributes, Id subtree) =>
        Make(name, in status, attributes, subtree: subtree);

    /// <summary>A link, device or FIFO.</summary>
    public Node Special(byte[] name, in FileStatus status, EntryAttributes attributes, byte[] linkTarget) =>
        Make(name, in status, attributes, linkTarget: linkTarget);

    /// <summary>
    /// Whether the node says all that the status does. As every change of a file's metadata moves its change time, the
    /// node then has its link target and extended attributes too, unless it is marked.
    /// </summary>
    public bool Describes(Node node, in FileStatus status) =>
        node.ChangeTime == status.ChangeTime
        && node.ModifyTime == status.ModifyTime
        && node.AccessTime == status.ModifyTime
        && node.Inode == status.Inode
        && node.DeviceId == DeviceIdOf(in status)
        && node.Mode == GoFileMode.FromUnix(status.Mode)
        && node.Uid == status.Uid
        && node.Gid == status.Gid
        && node.Size == (status.Type == FileType.Regular ? (ulong)status.Size : 0)
        && node.Links == LinksOf(in status)
        && node.Device == DeviceOf(in status)
        && node.Error.Length == 0
        && node.User == accounts.UserName(status.Uid)
        && node.Group == accounts.GroupName(status.Gid);

    private ulong DeviceIdOf(in FileStatus status) => options.RecordDevice ? status.Device : 0;

    private static ulong LinksOf(in FileStatus status) =>
        status.Type is FileType.Directory or FileType.Fifo ? 0 : status.Links;

    private static ulong DeviceOf(in FileStatus status) =>
        status.Type is FileType.BlockDevice or FileType.CharacterDevice ? status.RepresentedDevice : 0;

    private Node Make(
        byte[] name,
        in FileStatus status,
        EntryAttributes attributes,
        IReadOnlyList<Id>? content = null,
        long size = 0,
        Id? subtree = null,
        byte[]? linkTarget = null
    ) =>
        new()
        {
            Name = name,
            Type = GoFileMode.TypeFromUnix(status.Mode),
            Mode = GoFileMode.FromUnix(status.Mode),
            ModifyTime = status.ModifyTime,
            // Reading changes the real one, and with it every tree.
            AccessTime = status.ModifyTime,
            ChangeTime = status.ChangeTime,
            Uid = status.Uid,
            Gid = status.Gid,
            User = accounts.UserName(status.Uid),
            Group = accounts.GroupName(status.Gid),
            Inode = status.Inode,
            DeviceId = DeviceIdOf(in status),
            Size = (ulong)size,
            Links = LinksOf(in status),
            LinkTarget = linkTarget ?? [],
            ExtendedAttributes = attributes.List,
            Device = DeviceOf(in status),
            Content = content,
            Subtree = subtree,
            Error = attributes.IsWhole ? "" : AttributesNotWhole,
        };
}
