namespace Holdfast.Engine.Trees;

/// <summary>The words of a node's "type" field.</summary>
internal static class NodeTypeName
{
    public static ReadOnlySpan<byte> Of(NodeType type) =>
        type switch
        {
            NodeType.File => "file"u8,
            NodeType.Dir => "dir"u8,
            NodeType.Symlink => "symlink"u8,
            NodeType.Dev => "dev"u8,
            NodeType.CharDev => "chardev"u8,
            NodeType.Fifo => "fifo"u8,
            NodeType.Socket => "socket"u8,
            _ => default,
        };

    /// <summary>The type of that name, or <see cref="NodeType.Unknown"/>.</summary>
    public static NodeType Parse(ReadOnlySpan<byte> name)
    {
        for (NodeType type = NodeType.File; type < NodeType.Unknown; type++)
        {
            if (name.SequenceEqual(Of(type)))
            {
                return type;
            }
        }
        return NodeType.Unknown;
    }
}
