using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Archives;

/// <summary>The records of a pax header: <c>length key=value</c> and a newline, the length being the record's own.</summary>
internal sealed class PaxRecords
{
    private readonly ArrayBufferWriter<byte> records = new();
    private bool binary;

    /// <summary>Bytes.</summary>
    public int Length => records.WrittenCount;

    /// <summary>Bytes of the header and of its records in whole blocks; 0 without any.</summary>
    public int BlocksLength =>
        Length == 0 ? 0 : TarHeader.Block + ((Length + TarHeader.Block - 1) / TarHeader.Block * TarHeader.Block);

    public void Text(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool fits)
    {
        if (fits)
        {
            return;
        }
        if (!binary && !Utf8.IsValid(value))
        {
            // Without it the values would have to be UTF-8.
            binary = true;
            Add("hdrcharset"u8, "BINARY"u8);
        }
        Add(key, value);
    }

    public void Number(ReadOnlySpan<byte> key, long value, bool fits)
    {
        if (!fits)
        {
            Add(key, Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>Seconds, and a fraction of them, which for times before 1970 counts backwards.</summary>
    public void Time(ReadOnlySpan<byte> key, UnixTime time, bool fits)
    {
        if (fits)
        {
            return;
        }
        bool before = time.Seconds < 0;
        Int128 nanoseconds = ((Int128)time.Seconds * 1_000_000_000) + time.Nanoseconds;
        (Int128 seconds, Int128 fraction) = Int128.DivRem(before ? -nanoseconds : nanoseconds, 1_000_000_000);
        string text = string.Create(CultureInfo.InvariantCulture, $"{(before ? "-" : "")}{seconds}.{(int)fraction:D9}");
        Add(key, Encoding.ASCII.GetBytes(text));
    }

    /// <summary>
    /// As star, GNU tar and bsdtar have them. <c>=</c> would end the key: it and <c>%</c> are written as GNU tar does,
    /// <c>%3D</c> and <c>%25</c>.
    /// </summary>
    public void Attribute(ExtendedAttribute attribute)
    {
        List<byte> key = [.. "SCHILY.xattr."u8];
        foreach (byte one in attribute.Name)
        {
            key.AddRange(
                one switch
                {
                    (byte)'=' => "%3D"u8,
                    (byte)'%' => "%25"u8,
                    _ => [one],
                }
            );
        }
        Add(CollectionsMarshal.AsSpan(key), attribute.Value);
    }

    public void CopyTo(Span<byte> blocks) => records.WrittenSpan.CopyTo(blocks);

    private void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        int rest = key.Length + value.Length + 3;
        int length = rest + 1;
        while (rest + Digits(length) != length)
        {
            length = rest + Digits(length);
        }
        records.Write(Encoding.ASCII.GetBytes(length.ToString(CultureInfo.InvariantCulture)));
        records.Write(" "u8);
        records.Write(key);
        records.Write("="u8);
        records.Write(value);
        records.Write("\n"u8);
    }

    private static int Digits(int number) => number.ToString(CultureInfo.InvariantCulture).Length;
}
