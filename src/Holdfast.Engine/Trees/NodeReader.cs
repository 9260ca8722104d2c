using System.Text;
using System.Text.Json;

namespace Holdfast.Engine.Trees;

/// <summary>Reads the nodes of one tree. Owner names repeat from node to node, so each is made a string once.</summary>
internal sealed class NodeReader
{
    private readonly List<Id> ids = [];
    private string user = "";
    private string group = "";

    /// <summary>Reads the object at which the reader stands, to its end.</summary>
    public Node Read(ref Utf8JsonReader reader)
    {
        TreeReader.Require(ref reader, JsonTokenType.StartObject);
        Fields fields = new();
        TreeField field = TreeField.Other;
        while (TreeReader.Next(ref reader, JsonTokenType.EndObject))
        {
            TreeField found = TreeFieldName.Find(ref reader, field);
            field = found == TreeField.Other ? field : found;
            reader.Read();
            ReadField(ref reader, found, ref fields);
        }
        return fields.ToNode();
    }

    private void ReadField(ref Utf8JsonReader reader, TreeField field, ref Fields fields)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return; // As Go has it: a null changes nothing.
        }
        switch (field)
        {
            case TreeField.Name:
                fields.Name = JsonValue.Name(ref reader);
                break;
            case TreeField.Type:
                fields.Type = NodeTypeName.Parse(JsonValue.Bytes(ref reader));
                break;
            case TreeField.Mode:
                fields.Mode = reader.GetUInt32();
                break;
            case TreeField.ModifyTime:
                fields.ModifyTime = JsonValue.Time(ref reader);
                break;
            case TreeField.AccessTime:
                fields.AccessTime = JsonValue.Time(ref reader);
                break;
            case TreeField.ChangeTime:
                fields.ChangeTime = JsonValue.Time(ref reader);
                break;
            case TreeField.Uid:
                fields.Uid = reader.GetUInt32();
                break;
            case TreeField.Gid:
                fields.Gid = reader.GetUInt32();
                break;
            case TreeField.User:
                fields.User = user = reader.ValueTextEquals(user) ? user : JsonValue.Text(ref reader);
                break;
            case TreeField.Group:
                fields.Group = group = reader.ValueTextEquals(group) ? group : JsonValue.Text(ref reader);
                break;
            case TreeField.Inode:
                fields.Inode = reader.GetUInt64();
                break;
            case TreeField.DeviceId:
                fields.DeviceId = reader.GetUInt64();
                break;
            case TreeField.Size:
                fields.Size = reader.GetUInt64();
                break;
            case TreeField.Links:
                fields.Links = reader.GetUInt64();
                break;
            case TreeField.LinkTarget:
                fields.LinkTarget = JsonValue.Bytes(ref reader);
                break;
            case TreeField.LinkTargetRaw:
                fields.LinkTargetRaw = reader.GetBytesFromBase64();
                break;
            case TreeField.ExtendedAttributes:
                fields.ExtendedAttributes = ReadExtendedAttributes(ref reader);
                break;
            case TreeField.Device:
                fields.Device = reader.GetUInt64();
                break;
            case TreeField.Content:
                fields.Content = ReadContent(ref reader);
                break;
            case TreeField.Subtree:
                fields.Subtree = JsonValue.Id(ref reader);
                break;
            case TreeField.Error:
                fields.Error = JsonValue.Text(ref reader);
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private Id[] ReadContent(ref Utf8JsonReader reader)
    {
        TreeReader.Require(ref reader, JsonTokenType.StartArray);
        ids.Clear();
        while (TreeReader.Next(ref reader, JsonTokenType.EndArray))
        {
            ids.Add(JsonValue.Id(ref reader));
        }
        return ids.Count == 0 ? [] : [.. ids];
    }

    private static List<ExtendedAttribute> ReadExtendedAttributes(ref Utf8JsonReader reader)
    {
        List<ExtendedAttribute> attributes = [];
        TreeReader.Require(ref reader, JsonTokenType.StartArray);
        while (TreeReader.Next(ref reader, JsonTokenType.EndArray))
        {
            attributes.Add(ReadExtendedAttribute(ref reader));
        }
        return attributes;
    }

    private static ExtendedAttribute ReadExtendedAttribute(ref Utf8JsonReader reader)
    {
        byte[] name = [];
        byte[] value = [];
        TreeReader.Require(ref reader, JsonTokenType.StartObject);
        while (TreeReader.Next(ref reader, JsonTokenType.EndObject))
        {
            bool isName = reader.ValueTextEquals("name"u8);
            bool isValue = reader.ValueTextEquals("value"u8);
            reader.Read();
            if (isName)
            {
                name = JsonValue.Bytes(ref reader);
            }
            else if (isValue && reader.TokenType != JsonTokenType.Null)
            {
                value = reader.GetBytesFromBase64();
            }
            else
            {
                reader.Skip();
            }
        }
        return new ExtendedAttribute(name, value);
    }

    /// <summary>A node in the making.</summary>
    private struct Fields()
    {
        public byte[] Name = [];
        public NodeType Type = NodeType.Unknown;
        public uint Mode;
        public UnixTime ModifyTime;
        public UnixTime AccessTime;
        public UnixTime ChangeTime;
        public uint Uid;
        public uint Gid;
        public string User = "";
        public string Group = "";
        public ulong Inode;
        public ulong DeviceId;
        public ulong Size;
        public ulong Links;
        public byte[] LinkTarget = [];
        public byte[]? LinkTargetRaw;
        public IReadOnlyList<ExtendedAttribute> ExtendedAttributes = [];
        public ulong Device;
        public Id[]? Content;
        public Id? Subtree;
        public string Error = "";

        public readonly Node ToNode()
        {
            if (!NodeName.IsValid(Name))
            {
                throw new FormatException(
                    $"an entry is called \"{Encoding.UTF8.GetString(Name)}\", which no directory has."
                );
            }
            return new Node
            {
                Name = Name,
                Type = Type,
                Mode = Mode,
                ModifyTime = ModifyTime,
                AccessTime = AccessTime,
                ChangeTime = ChangeTime,
                Uid = Uid,
                Gid = Gid,
                User = User,
                Group = Group,
                Inode = Inode,
                DeviceId = DeviceId,
                Size = Size,
                Links = Links,
                LinkTarget = LinkTargetRaw ?? LinkTarget,
                ExtendedAttributes = ExtendedAttributes,
                Device = Device,
                Content = Content,
                Subtree = Subtree,
                Error = Error,
            };
        }
    }
}
