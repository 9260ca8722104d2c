using System.Buffers;
using System.Globalization;
using System.Text;

namespace Holdfast.Engine.Archives;

/// <summary>
/// Paths as text, for a zip, which has nothing else: bytes that are not UTF-8, control characters, <c>\</c> and <c>%</c> are
/// written <c>%FF</c>. No two paths are written the same, so that none leads through another's link, and there is no
/// separator but the slash, whatever unpacks it.
/// </summary>
internal static class ZipName
{
    public static string Of(ReadOnlySpan<byte> path)
    {
        StringBuilder text = new(path.Length);
        while (!path.IsEmpty)
        {
            bool valid = Rune.DecodeFromUtf8(path, out Rune rune, out int taken) == OperationStatus.Done;
            if (valid && !Rune.IsControl(rune) && rune.Value is not ('\\' or '%'))
            {
                text.Append(rune.ToString());
            }
            else
            {
                foreach (byte one in path[..taken])
                {
                    text.Append(CultureInfo.InvariantCulture, $"%{one:X2}");
                }
            }
            path = path[taken..];
        }
        return text.ToString();
    }
}
