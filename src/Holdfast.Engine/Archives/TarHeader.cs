using System.Text;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Archives;

/// <summary>
/// What stands before an entry's bytes in a tar: POSIX's ustar header, and before it, where that has no room for
/// something, a pax header. Names are raw bytes, as everywhere here; libraries know text alone.
/// </summary>
internal static class TarHeader
{
    public const int Block = 512;

    private const byte File = (byte)'0';
    private const byte HardLink = (byte)'1';
    private const byte Symlink = (byte)'2';
    private const byte CharDevice = (byte)'3';
    private const byte BlockDevice = (byte)'4';
    private const byte Directory = (byte)'5';
    private const byte Fifo = (byte)'6';
    private const byte Extended = (byte)'x';

    private const int NameBytes = 100;
    private const int OwnerBytes = 32;

    /// <summary>Beyond what seven octal digits hold, and beyond eleven.</summary>
    private const long SevenDigits = 1L << 21;

    /// <inheritdoc cref="SevenDigits"/>
    private const long ElevenDigits = 1L << 33;

    /// <param name="path">The entry's name in the archive, without a slash at its end.</param>
    /// <param name="size">Bytes that follow, for a file.</param>
    /// <param name="sameAs">The entry before that this is another name of; null: it is the first.</param>
    /// <returns>Whole blocks; null for what a tar has no place for: sockets, and types that nobody knows.</returns>
    public static byte[]? Of(ReadOnlySpan<byte> path, Node node, long size, byte[]? sameAs)
    {
        if (TypeOf(node, sameAs) is not { } type)
        {
            return null;
        }
        byte[] name = type == Directory ? [.. path, (byte)'/'] : path.ToArray();
        byte[] target = sameAs ?? node.LinkTarget;
        byte[] user = Encoding.UTF8.GetBytes(node.User);
        byte[] group = Encoding.UTF8.GetBytes(node.Group);
        size = type == File ? size : 0;

        PaxRecords records = new();
        records.Text("path"u8, name, fits: IsPlain(name, NameBytes));
        records.Text("linkpath"u8, target, fits: IsPlain(target, NameBytes));
        records.Text("uname"u8, user, fits: IsPlain(user, OwnerBytes - 1));
        records.Text("gname"u8, group, fits: IsPlain(group, OwnerBytes - 1));
        records.Number("uid"u8, node.Uid, fits: node.Uid < SevenDigits);
        records.Number("gid"u8, node.Gid, fits: node.Gid < SevenDigits);
        records.Number("size"u8, size, fits: size < ElevenDigits);
        records.Time(
            "mtime"u8,
            node.ModifyTime,
            fits: node.ModifyTime is { Seconds: >= 0 and < ElevenDigits, Nanoseconds: 0 }
        );
        if (sameAs is null)
        {
            foreach (ExtendedAttribute attribute in node.ExtendedAttributes)
            {
                records.Attribute(attribute);
            }
        }

        byte[] header = new byte[records.BlocksLength + Block];
        if (records.Length > 0)
        {
            Write(header, "PaxHeader"u8, Extended, 0x1A4, default, default, records.Length, default);
            Sum(header);
            records.CopyTo(header.AsSpan(Block));
        }
        Span<byte> own = header.AsSpan(records.BlocksLength);
        (uint Uid, uint Gid) owner = (node.Uid, node.Gid);
        Write(own, name, type, GoFileMode.ToUnix(node.Mode) & 0xFFF, owner, target, size, node.ModifyTime);
        user.AsSpan(0, Math.Min(user.Length, OwnerBytes - 1)).CopyTo(own[265..]);
        group.AsSpan(0, Math.Min(group.Length, OwnerBytes - 1)).CopyTo(own[297..]);
        if (type is CharDevice or BlockDevice)
        {
            // As Linux's makedev puts them together.
            Octal(own.Slice(329, 8), (long)(((node.Device >> 8) & 0xFFF) | ((node.Device >> 32) & 0xFFFFF000)));
            Octal(own.Slice(337, 8), (long)((node.Device & 0xFF) | ((node.Device >> 12) & 0xFFFFFF00)));
        }
        Sum(own);
        return header;
    }

    private static byte? TypeOf(Node node, byte[]? sameAs) =>
        node.Type switch
        {
            NodeType.Dir => Directory,
            NodeType.Socket or NodeType.Unknown => null,
            _ when sameAs is not null => HardLink,
            NodeType.File => File,
            NodeType.Symlink => Symlink,
            NodeType.Dev => BlockDevice,
            NodeType.CharDev => CharDevice,
            _ => Fifo,
        };

    private static void Write(
        Span<byte> header,
        ReadOnlySpan<byte> name,
        byte type,
        uint mode,
        (uint Uid, uint Gid) owner,
        ReadOnlySpan<byte> target,
        long size,
        UnixTime modified
    )
    {
        name[..Math.Min(name.Length, NameBytes)].CopyTo(header);
        Octal(header.Slice(100, 8), mode);
        Octal(header.Slice(108, 8), owner.Uid < SevenDigits ? owner.Uid : 0);
        Octal(header.Slice(116, 8), owner.Gid < SevenDigits ? owner.Gid : 0);
        Octal(header.Slice(124, 12), size < ElevenDigits ? size : 0);
        Octal(header.Slice(136, 12), modified.Seconds is >= 0 and < ElevenDigits ? modified.Seconds : 0);
        header[156] = type;
        target[..Math.Min(target.Length, NameBytes)].CopyTo(header[157..]);
        "ustar\u000000"u8.CopyTo(header[257..]);
    }

    private static void Sum(Span<byte> header)
    {
        header.Slice(148, 8).Fill((byte)' ');
        long sum = 0;
        foreach (byte one in header[..Block])
        {
            sum += one;
        }
        Octal(header.Slice(148, 7), sum);
    }

    /// <summary>Octal digits with zeros in front, and a NUL behind.</summary>
    private static void Octal(Span<byte> field, long number)
    {
        for (int digit = field.Length - 2; digit >= 0; digit--, number >>= 3)
        {
            field[digit] = (byte)('0' + (number & 7));
        }
        field[^1] = 0;
    }

    private static bool IsPlain(ReadOnlySpan<byte> text, int most) => text.Length <= most && Ascii.IsValid(text);
}
