using System.Globalization;
using System.Text;

namespace Holdfast.Engine.Trees;

/// <summary>Go's strconv.Unquote of a double-quoted literal, on the bytes between the quotes.</summary>
internal static class GoUnquote
{
    /// <summary>Writes the bytes that <paramref name="quoted"/> stands for; they are never longer than it is.</summary>
    /// <param name="output">At least as long as <paramref name="quoted"/>; may be the same memory.</param>
    /// <returns>False when Go would not have written it.</returns>
    public static bool TryUnquote(ReadOnlySpan<byte> quoted, Span<byte> output, out int written)
    {
        written = 0;
        while (!quoted.IsEmpty)
        {
            byte head = quoted[0];
            if (head is (byte)'"' or (byte)'\n')
            {
                return false;
            }
            if (head != '\\')
            {
                output[written++] = head;
                quoted = quoted[1..];
                continue;
            }
            if (!TryUnescape(quoted, output[written..], out int taken, out int made))
            {
                return false;
            }
            quoted = quoted[taken..];
            written += made;
        }
        return true;
    }

    private static bool TryUnescape(ReadOnlySpan<byte> quoted, Span<byte> output, out int taken, out int made)
    {
        taken = 2;
        made = 1;
        if (quoted.Length < 2)
        {
            return false;
        }
        byte kind = quoted[1];
        int simple = "abtnvfr"u8.IndexOf(kind);
        if (simple >= 0)
        {
            output[0] = (byte)(7 + simple);
            return true;
        }
        switch (kind)
        {
            case (byte)'\\' or (byte)'"':
                output[0] = kind;
                return true;
            case (byte)'x':
                taken = 4;
                return TryHex(quoted, 2, out uint value) && Put(output, value);
            case (byte)'u':
                taken = 6;
                return TryHex(quoted, 4, out uint small) && PutRune(output, small, out made);
            case (byte)'U':
                taken = 10;
                return TryHex(quoted, 8, out uint large) && PutRune(output, large, out made);
            case >= (byte)'0' and <= (byte)'7':
                taken = 4;
                return TryOctal(quoted, out uint octal) && Put(output, octal);
            default:
                return false;
        }
    }

    private static bool TryHex(ReadOnlySpan<byte> quoted, int digits, out uint value)
    {
        value = 0;
        return quoted.Length >= 2 + digits
            && uint.TryParse(quoted.Slice(2, digits), NumberStyles.AllowHexSpecifier, null, out value);
    }

    /// <summary>Three octal digits after the backslash, of a value below 256.</summary>
    private static bool TryOctal(ReadOnlySpan<byte> quoted, out uint value)
    {
        value = 0;
        if (quoted.Length < 4 || quoted.Slice(1, 3).ContainsAnyExceptInRange((byte)'0', (byte)'7'))
        {
            return false;
        }
        value = (uint)(((quoted[1] - '0') << 6) | ((quoted[2] - '0') << 3) | (quoted[3] - '0'));
        return value <= byte.MaxValue;
    }

    private static bool Put(Span<byte> output, uint value)
    {
        output[0] = (byte)value;
        return true;
    }

    private static bool PutRune(Span<byte> output, uint value, out int made)
    {
        made = 0;
        return Rune.TryCreate(value, out Rune rune) && rune.TryEncodeToUtf8(output, out made);
    }
}
