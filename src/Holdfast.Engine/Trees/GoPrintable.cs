using System.Globalization;
using System.Text;

namespace Holdfast.Engine.Trees;

/// <summary>
/// Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols, and the ASCII space. A name escapes every
/// other character, so a tree's bytes, and with them its id, depend on this.
/// </summary>
internal static class GoPrintable
{
    public static bool IsPrintable(Rune rune)
    {
        if (rune.IsAscii)
        {
            return rune.Value is >= 0x20 and < 0x7F;
        }
        return Rune.GetUnicodeCategory(rune)
            is not (
                UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.Surrogate
                or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned
                or UnicodeCategory.SpaceSeparator
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
            );
    }
}
