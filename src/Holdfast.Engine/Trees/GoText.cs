using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Holdfast.Engine.Trees;

/// <summary>
/// Text as Go's encoding/json and strconv.Quote write it. Restic quotes a name first, so that bytes which are not
/// UTF-8 survive, and then writes the quoted text as a JSON string; other strings go straight to JSON.
/// </summary>
internal static class GoText
{
    private const int MostBytesOnStack = 512;

    /// <summary>Bytes that stand for themselves in a name and in a string.</summary>
    private static readonly SearchValues<byte> Plain = SearchValues.Create(
        Enumerable.Range(0x20, 0x5F).Select(value => (byte)value).Except("\"\\<>&"u8.ToArray()).ToArray()
    );

    /// <summary>ASCII that does not stand for itself.</summary>
    private static readonly SearchValues<byte> Escaped = SearchValues.Create(
        Enumerable.Range(0, 0x80).Select(value => (byte)value).Where(value => !Plain.Contains(value)).ToArray()
    );

    /// <summary>No fewer bytes than the text has in a JSON string, as a name or not, and no more than twice as many where it is plain.</summary>
    public static long MostBytes(ReadOnlySpan<byte> text)
    {
        // A byte may become \u003c or \ufffd, four bytes that are one character at worst \\U000e0001.
        long each =
            !text.ContainsAnyExcept(Plain) ? 2
            : Utf8.IsValid(text) && !text.ContainsAny(Escaped) ? 3
            : 6;
        return each * text.Length;
    }

    /// <summary>A JSON string's inside: the name quoted as strconv.Quote does, then escaped for JSON.</summary>
    public static void WriteName(ref Utf8Output output, ReadOnlySpan<byte> name)
    {
        while (!name.IsEmpty)
        {
            int plain = name.IndexOfAnyExcept(Plain);
            if (plain < 0)
            {
                output.Write(name);
                return;
            }
            output.Write(name[..plain]);
            name = name[plain..];

            OperationStatus status = Rune.DecodeFromUtf8(name, out Rune rune, out int length);
            if (status != OperationStatus.Done)
            {
                length = 1;
                WriteQuotedByte(ref output, name[0]);
            }
            else if (!GoPrintable.IsPrintable(rune))
            {
                WriteQuotedRune(ref output, rune.Value);
            }
            else if (!rune.IsAscii)
            {
                output.Write(name[..length]);
            }
            else if (rune.Value is '"')
            {
                output.Write("\\\\\\\""u8);
            }
            else if (rune.Value is '\\')
            {
                output.Write("""\\\\"""u8);
            }
            else
            {
                WriteEscaped(ref output, rune.Value);
            }
            name = name[length..];
        }
    }

    /// <summary>A JSON string's inside, of text that may be broken UTF-8: each stray byte becomes U+FFFD.</summary>
    public static void WriteString(ref Utf8Output output, scoped ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            int plain = text.IndexOfAnyExcept(Plain);
            if (plain < 0)
            {
                output.Write(text);
                return;
            }
            output.Write(text[..plain]);
            text = text[plain..];

            OperationStatus status = Rune.DecodeFromUtf8(text, out Rune rune, out int length);
            if (status != OperationStatus.Done)
            {
                length = 1;
                output.Write("""\ufffd"""u8);
            }
            else if (rune.Value is >= 0x7F and not (0x2028 or 0x2029))
            {
                output.Write(text[..length]);
            }
            else
            {
                WriteEscaped(ref output, rune.Value);
            }
            text = text[length..];
        }
    }

    public static void WriteString(ref Utf8Output output, string text)
    {
        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        Span<byte> bytes = most <= MostBytesOnStack ? stackalloc byte[MostBytesOnStack] : new byte[most];
        WriteString(ref output, bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
    }

    /// <summary>JSON's escape of one character below U+10000 that may not stand for itself.</summary>
    private static void WriteEscaped(ref Utf8Output output, int value)
    {
        switch (value)
        {
            case '"':
                output.Write("\\\""u8);
                break;
            case '\\':
                output.Write("""\\"""u8);
                break;
            case '\b':
                output.Write("""\b"""u8);
                break;
            case '\f':
                output.Write("""\f"""u8);
                break;
            case '\n':
                output.Write("""\n"""u8);
                break;
            case '\r':
                output.Write("""\r"""u8);
                break;
            case '\t':
                output.Write("""\t"""u8);
                break;
            default:
                output.Write("""\u"""u8);
                WriteHex(ref output, value, 4);
                break;
        }
    }

    /// <summary>strconv.Quote's escape of a character that is not printable, its backslash doubled for JSON.</summary>
    private static void WriteQuotedRune(ref Utf8Output output, int value)
    {
        int letter = value is >= 7 and <= 13 ? "abtnvfr"[value - 7] : 0;
        if (letter != 0)
        {
            output.Write("""\\"""u8);
            output.Write((byte)letter);
        }
        else if (value is < 0x20 or 0x7F)
        {
            WriteQuotedByte(ref output, (byte)value);
        }
        else if (value < 0x10000)
        {
            output.Write("""\\u"""u8);
            WriteHex(ref output, value, 4);
        }
        else
        {
            output.Write("""\\U"""u8);
            WriteHex(ref output, value, 8);
        }
    }

    private static void WriteQuotedByte(ref Utf8Output output, byte value)
    {
        output.Write("""\\x"""u8);
        WriteHex(ref output, value, 2);
    }

    private static void WriteHex(ref Utf8Output output, int value, int digits)
    {
        for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
        {
            output.Write("0123456789abcdef"u8[(value >> shift) & 0xF]);
        }
    }
}
