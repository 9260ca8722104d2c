using System.Text.Json;

namespace Holdfast.Engine.Trees;

/// <summary>The fields of a node that we read, in the order in which restic writes them.</summary>
internal enum TreeField
{
    Name,
    Type,
    Mode,
    ModifyTime,
    AccessTime,
    ChangeTime,
    Uid,
    Gid,
    User,
    Group,
    Inode,
    DeviceId,
    Size,
    Links,
    LinkTarget,
    LinkTargetRaw,
    ExtendedAttributes,
    Device,
    Content,
    Subtree,
    Error,
    Other,
}

internal static class TreeFieldName
{
    private static readonly byte[][] Names =
    [
        .. new[]
        {
            "name",
            "type",
            "mode",
            "mtime",
            "atime",
            "ctime",
            "uid",
            "gid",
            "user",
            "group",
            "inode",
            "device_id",
            "size",
            "links",
            "linktarget",
            "linktarget_raw",
            "extended_attributes",
            "device",
            "content",
            "subtree",
            "error",
        }.Select(System.Text.Encoding.ASCII.GetBytes),
    ];

    /// <summary>
    /// The field that the reader's property name is. The search begins behind <paramref name="last"/>, where it
    /// nearly always ends at once.
    /// </summary>
    public static TreeField Find(ref Utf8JsonReader reader, TreeField last)
    {
        int candidate = (int)last;
        for (int tried = 0; tried < Names.Length; tried++)
        {
            candidate = candidate + 1 < Names.Length ? candidate + 1 : 0;
            if (reader.ValueTextEquals(Names[candidate]))
            {
                return (TreeField)candidate;
            }
        }
        return TreeField.Other;
    }
}
