using System.Buffers;
using System.Text;

namespace Holdfast.Cli;

/// <summary>Names of files as text: they are bytes, and need not be any.</summary>
internal static class RawText
{
    /// <summary>The bytes as UTF-8, with U+FFFD for each one that is none: what restic's JSON has.</summary>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            bool valid = Rune.DecodeFromUtf8(bytes, out Rune rune, out int length) == OperationStatus.Done;
            text.Append(rune.ToString());
            bytes = bytes[(valid ? length : 1)..];
        }
        return text.ToString();
    }
}
