using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace Holdfast.Engine.Trees;

/// <summary>
/// Reads a tree that has the very form in which restic and <see cref="TreeWriter"/> write one, fields in their order and
/// nothing escaped, at a third of what it costs to expect any JSON. Whatever else it meets, valid or not, it leaves
/// to <see cref="TreeReader"/>, and never differs from it.
/// </summary>
internal ref struct WrittenTree
{
    private readonly OwnerName users = new();
    private readonly OwnerName groups = new();
    private ReadOnlySpan<byte> rest;
    private ReadOnlySpan<byte> lastTime;
    private UnixTime lastTimeRead;

    private WrittenTree(ReadOnlySpan<byte> json) => rest = json;

    /// <param name="json">The whole blob.</param>
    /// <param name="from">Nodes of earlier names are left out.</param>
    /// <param name="most">What follows so many nodes is not looked at.</param>
    /// <returns>Null when the tree is not of that form.</returns>
    public static List<Node>? TryRead(
        ReadOnlySpan<byte> json,
        ReadOnlySpan<byte> from = default,
        int most = int.MaxValue
    ) => Utf8.IsValid(json) ? new WrittenTree(json).ReadTree(from, most) : null;

    private List<Node>? ReadTree(ReadOnlySpan<byte> from, int most)
    {
        if (!Skip("{\"nodes\":["u8))
        {
            return null;
        }
        List<Node> nodes = [];
        byte[] previous = [];
        do
        {
            if (TryReadNode() is not { } node || previous.AsSpan().SequenceCompareTo(node.Name) >= 0)
            {
                return null;
            }
            previous = node.Name;
            if (from.SequenceCompareTo(node.Name) > 0)
            {
                continue;
            }
            nodes.Add(node);
            if (nodes.Count == most)
            {
                return nodes;
            }
        } while (Skip(","u8));
        return rest.SequenceEqual("]}\n"u8) ? nodes : null;
    }

    private Node? TryReadNode()
    {
        bool valid =
            Skip("{\"name\":\""u8)
            & TryText(out ReadOnlySpan<byte> name)
            & Skip(",\"type\":\""u8)
            & TryText(out ReadOnlySpan<byte> type)
            & TryNumber(",\"mode\":"u8, uint.MaxValue, out ulong mode)
            & TryTime(",\"mtime\":\""u8, out UnixTime modified)
            & TryTime(",\"atime\":\""u8, out UnixTime accessed)
            & TryTime(",\"ctime\":\""u8, out UnixTime changed)
            & TryNumber(",\"uid\":"u8, uint.MaxValue, out ulong uid)
            & TryNumber(",\"gid\":"u8, uint.MaxValue, out ulong gid)
            & TryOwner(",\"user\":\""u8, users, out string user)
            & TryOwner(",\"group\":\""u8, groups, out string group)
            & TryNumber(",\"inode\":"u8, ulong.MaxValue, out ulong inode)
            & TryNumber(",\"device_id\":"u8, ulong.MaxValue, out ulong deviceId)
            & TryNumber(",\"size\":"u8, ulong.MaxValue, out ulong size)
            & TryNumber(",\"links\":"u8, ulong.MaxValue, out ulong links)
            & TryOptionalText(",\"linktarget\":\""u8, out ReadOnlySpan<byte> linkTarget)
            & TryAttributes(out IReadOnlyList<ExtendedAttribute> attributes)
            & TryNumber(",\"device\":"u8, ulong.MaxValue, out ulong device)
            & TryContent(out Id[]? content)
            & TrySubtree(out Id? subtree)
            & Skip("}"u8);
        if (!valid || !NodeName.IsValid(name))
        {
            return null;
        }
        return new Node
        {
            Name = name.ToArray(),
            Type = NodeTypeName.Parse(type),
            Mode = (uint)mode,
            ModifyTime = modified,
            AccessTime = accessed,
            ChangeTime = changed,
            Uid = (uint)uid,
            Gid = (uint)gid,
            User = user,
            Group = group,
            Inode = inode,
            DeviceId = deviceId,
            Size = size,
            Links = links,
            LinkTarget = linkTarget.IsEmpty ? [] : linkTarget.ToArray(),
            ExtendedAttributes = attributes,
            Device = device,
            Content = content,
            Subtree = subtree,
        };
    }

    private bool Skip(ReadOnlySpan<byte> text)
    {
        bool found = rest.StartsWith(text);
        if (found)
        {
            rest = rest[text.Length..];
        }
        return found;
    }

    /// <summary>Text up to the closing quote, which is taken too. False when anything in it is escaped, or should be.</summary>
    private bool TryText(out ReadOnlySpan<byte> text)
    {
        int end = rest.IndexOf((byte)'"');
        text = end < 0 ? default : rest[..end];
        if (end < 0 || text.Contains((byte)'\\') || text.ContainsAnyInRange((byte)0, (byte)0x1f))
        {
            return false;
        }
        rest = rest[(end + 1)..];
        return true;
    }

    private bool TryOptionalText(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> text)
    {
        text = default;
        return !Skip(key) || TryText(out text);
    }

    /// <summary>0 when the key is not next.</summary>
    private bool TryNumber(ReadOnlySpan<byte> key, ulong most, out ulong number)
    {
        number = 0;
        if (!Skip(key))
        {
            return true;
        }
        // The parser would take zeros in front, which JSON does not have.
        if (rest.IsEmpty || rest[0] is < (byte)'1' or > (byte)'9')
        {
            return Skip("0"u8);
        }
        if (!Utf8Parser.TryParse(rest, out number, out int taken) || number > most)
        {
            return false;
        }
        rest = rest[taken..];
        return true;
    }

    private bool TryTime(ReadOnlySpan<byte> key, out UnixTime time)
    {
        time = default;
        if (!Skip(key))
        {
            return true;
        }
        if (!TryText(out ReadOnlySpan<byte> text))
        {
            return false;
        }
        // The access time is the one of the change before it, as a rule.
        if (!text.SequenceEqual(lastTime) || text.IsEmpty)
        {
            if (!Rfc3339.TryParse(text, out lastTimeRead))
            {
                return false;
            }
            lastTime = text;
        }
        time = lastTimeRead;
        return true;
    }

    private bool TryOwner(ReadOnlySpan<byte> key, OwnerName last, out string name)
    {
        bool valid = TryOptionalText(key, out ReadOnlySpan<byte> text);
        name = text.IsEmpty ? "" : last.Of(text);
        return valid;
    }

    private bool TryAttributes(out IReadOnlyList<ExtendedAttribute> attributes)
    {
        attributes = [];
        if (!Skip(",\"extended_attributes\":["u8))
        {
            return true;
        }
        List<ExtendedAttribute> found = [];
        do
        {
            bool valid =
                Skip("{\"name\":\""u8)
                & TryText(out ReadOnlySpan<byte> name)
                & Skip(",\"value\":\""u8)
                & TryText(out ReadOnlySpan<byte> value)
                & Skip("}"u8);
            byte[] bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(value.Length)];
            OperationStatus status = Base64.DecodeFromUtf8(value, bytes, out int taken, out int made);
            if (!valid || status != OperationStatus.Done || taken != value.Length)
            {
                return false;
            }
            found.Add(new ExtendedAttribute(name.ToArray(), bytes.AsSpan(0, made).ToArray()));
        } while (Skip(","u8));
        attributes = found;
        return Skip("]"u8);
    }

    private bool TryContent(out Id[]? content)
    {
        const int idLength = 2 * Id.Size + 3; // Its quotes, and the comma or bracket behind it.
        content = null;
        if (Skip(",\"content\":null"u8) || !Skip(",\"content\":["u8))
        {
            return true;
        }
        int end = rest.IndexOf((byte)']');
        if (end < 0 || end != 0 && (end + 1) % idLength != 0)
        {
            return false;
        }
        content = end == 0 ? [] : new Id[(end + 1) / idLength];
        for (int index = 0; index < content.Length; index++)
        {
            if (!Skip("\""u8) || !TryId(out content[index]) || index + 1 < content.Length && !Skip(","u8))
            {
                return false;
            }
        }
        return Skip("]"u8);
    }

    private bool TrySubtree(out Id? subtree)
    {
        subtree = null;
        if (!Skip(",\"subtree\":\""u8))
        {
            return true;
        }
        bool valid = TryId(out Id id);
        subtree = id;
        return valid;
    }

    /// <summary>An id and its closing quote.</summary>
    private bool TryId(out Id id)
    {
        id = default;
        const int length = 2 * Id.Size;
        if (rest.Length <= length || rest[length] != '"')
        {
            return false;
        }
        bool valid = Convert.FromHexString(rest[..length], id, out _, out _) == OperationStatus.Done;
        rest = rest[(length + 1)..];
        return valid;
    }

    /// <summary>The name of the last owner: it repeats from node to node, so it is made a string once.</summary>
    private sealed class OwnerName
    {
        private byte[] bytes = [];
        private string name = "";

        public string Of(ReadOnlySpan<byte> text)
        {
            if (!text.SequenceEqual(bytes))
            {
                bytes = text.ToArray();
                name = Encoding.UTF8.GetString(bytes);
            }
            return name;
        }
    }
}
