using System.Text;
using System.Text.Unicode;

namespace Holdfast.Engine.Archives;

/// <summary>Names as text, for formats that have nothing else: bytes that are not UTF-8 are written <c>\xFF</c>.</summary>
public static class EntryText
{
    public static string Of(ReadOnlySpan<byte> name)
    {
        if (Utf8.IsValid(name))
        {
            return Encoding.UTF8.GetString(name);
        }
        StringBuilder text = new();
        while (!name.IsEmpty)
        {
            bool valid = Rune.DecodeFromUtf8(name, out Rune rune, out int taken) == System.Buffers.OperationStatus.Done;
            if (valid)
            {
                text.Append(rune.ToString());
            }
            else
            {
                foreach (byte one in name[..taken])
                {
                    text.Append($"\\x{one:X2}");
                }
            }
            name = name[taken..];
        }
        return text.ToString();
    }
}
