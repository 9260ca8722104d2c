using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Holdfast.Engine.Trees;

/// <summary>
/// Encodes a directory as restic's tree JSON, byte for byte, so that equal directories have equal ids whoever wrote
/// them. Add the nodes in ascending order of their names' bytes, then complete. Afterwards the writer is ready for
/// the next tree. Nothing is allocated for a node. Not safe for several threads.
/// </summary>
public sealed class TreeWriter(IBufferWriter<byte> output)
{
    private const byte Quote = (byte)'"';

    private byte[]? previous;

    /// <summary>Writes a whole tree.</summary>
    public static void Write(IBufferWriter<byte> output, IEnumerable<Node> nodes)
    {
        TreeWriter writer = new(output);
        foreach (Node node in nodes)
        {
            writer.Add(node);
        }
        writer.Complete();
    }

    /// <exception cref="EngineError">
    /// <see cref="EngineErrorKind.Invalid"/>: the name is none, or does not follow the one before, or the type is unknown.
    /// </exception>
    public void Add(Node node)
    {
        Require(node);
        Utf8Output json = new(output);
        json.Write(previous is null ? """{"nodes":["""u8 : ","u8);
        WriteNode(ref json, node);
        json.Flush();
        previous = node.Name;
    }

    /// <summary>Ends the tree. The newline at its end is part of the blob.</summary>
    public void Complete()
    {
        output.Write(previous is null ? "{\"nodes\":[]}\n"u8 : "]}\n"u8);
        previous = null;
    }

    private void Require(Node node)
    {
        if (!NodeName.IsValid(node.Name))
        {
            throw Invalid($"\"{Name(node.Name)}\" is no name of a directory entry");
        }
        if (previous is not null && previous.AsSpan().SequenceCompareTo(node.Name) >= 0)
        {
            throw Invalid($"\"{Name(node.Name)}\" does not follow \"{Name(previous)}\" in byte order");
        }
        if (NodeTypeName.Of(node.Type).IsEmpty)
        {
            throw Invalid($"\"{Name(node.Name)}\" has a type that a tree cannot hold");
        }
    }

    private static void WriteNode(ref Utf8Output json, Node node)
    {
        json.Write("""{"name":"""u8);
        json.Write(Quote);
        GoText.WriteName(ref json, node.Name);
        json.Write(Quote);
        json.Write(""","type":"""u8);
        json.Write(Quote);
        json.Write(NodeTypeName.Of(node.Type));
        json.Write(Quote);
        WriteNumber(ref json, ""","mode":"""u8, node.Mode);
        WriteTime(ref json, ""","mtime":"""u8, node.ModifyTime);
        WriteTime(ref json, ""","atime":"""u8, node.AccessTime);
        WriteTime(ref json, ""","ctime":"""u8, node.ChangeTime);
        json.Write(""","uid":"""u8);
        json.Write(node.Uid);
        json.Write(""","gid":"""u8);
        json.Write(node.Gid);
        WriteString(ref json, ""","user":"""u8, node.User);
        WriteString(ref json, ""","group":"""u8, node.Group);
        WriteNumber(ref json, ""","inode":"""u8, node.Inode);
        WriteNumber(ref json, ""","device_id":"""u8, node.DeviceId);
        WriteNumber(ref json, ""","size":"""u8, node.Size);
        WriteNumber(ref json, ""","links":"""u8, node.Links);
        WriteLinkTarget(ref json, node.LinkTarget);
        WriteExtendedAttributes(ref json, node.ExtendedAttributes);
        WriteNumber(ref json, ""","device":"""u8, node.Device);
        WriteContent(ref json, node.Content);
        WriteSubtree(ref json, node.Subtree);
        WriteString(ref json, ""","error":"""u8, node.Error);
        json.Write((byte)'}');
    }

    private static void WriteNumber(ref Utf8Output json, ReadOnlySpan<byte> key, ulong value)
    {
        if (value != 0)
        {
            json.Write(key);
            json.Write(value);
        }
    }

    private static void WriteTime(ref Utf8Output json, ReadOnlySpan<byte> key, UnixTime time)
    {
        json.Write(key);
        json.Write(Quote);
        json.Advance(Rfc3339.Write(time, json.Reserve(Rfc3339.MostBytes)));
        json.Write(Quote);
    }

    private static void WriteString(ref Utf8Output json, ReadOnlySpan<byte> key, string text)
    {
        if (text.Length != 0)
        {
            json.Write(key);
            json.Write(Quote);
            GoText.WriteString(ref json, text);
            json.Write(Quote);
        }
    }

    private static void WriteLinkTarget(ref Utf8Output json, byte[] target)
    {
        if (target.Length == 0)
        {
            return;
        }
        json.Write(""","linktarget":"""u8);
        json.Write(Quote);
        GoText.WriteString(ref json, target);
        json.Write(Quote);
        if (!Utf8.IsValid(target))
        {
            json.Write(""","linktarget_raw":"""u8);
            json.Write(Quote);
            json.WriteBase64(target);
            json.Write(Quote);
        }
    }

    private static void WriteExtendedAttributes(ref Utf8Output json, IReadOnlyList<ExtendedAttribute> attributes)
    {
        for (int index = 0; index < attributes.Count; index++)
        {
            json.Write(index == 0 ? ""","extended_attributes":[{"name":"""u8 : """,{"name":"""u8);
            json.Write(Quote);
            GoText.WriteString(ref json, attributes[index].Name);
            json.Write(Quote);
            json.Write(""","value":"""u8);
            json.Write(Quote);
            json.WriteBase64(attributes[index].Value);
            json.Write("\"}"u8);
        }
        if (attributes.Count != 0)
        {
            json.Write((byte)']');
        }
    }

    private static void WriteContent(ref Utf8Output json, IReadOnlyList<Id>? content)
    {
        if (content is null)
        {
            json.Write(""","content":null"""u8);
            return;
        }
        json.Write(""","content":["""u8);
        for (int index = 0; index < content.Count; index++)
        {
            json.Write(index == 0 ? "\""u8 : ",\""u8);
            json.Write(content[index]);
            json.Write(Quote);
        }
        json.Write((byte)']');
    }

    private static void WriteSubtree(ref Utf8Output json, Id? subtree)
    {
        if (subtree is { } id)
        {
            json.Write(""","subtree":"""u8);
            json.Write(Quote);
            json.Write(id);
            json.Write(Quote);
        }
    }

    private static string Name(ReadOnlySpan<byte> name) => Encoding.UTF8.GetString(name);

    private static EngineError Invalid(string what) =>
        new(EngineErrorKind.Invalid, temporary: false, $"A directory cannot be stored: {what}.");
}
