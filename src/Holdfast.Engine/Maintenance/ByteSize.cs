using System.Globalization;

namespace Holdfast.Engine.Maintenance;

/// <summary>Sizes as restic's options write them: a number and an optional k, m, g or t of powers of 1024.</summary>
public static class ByteSize
{
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Invalid"/>.</exception>
    public static long Parse(string text)
    {
        int shift = text.Length == 0 ? 0 : "bkmgt".IndexOf(char.ToLowerInvariant(text[^1])) * 10;
        ReadOnlySpan<char> digits = shift >= 0 && text.Length > 0 ? text.AsSpan()[..^1] : text;
        return
            long.TryParse(digits, NumberStyles.None, null, out long number)
            && number <= long.MaxValue >> int.Max(shift, 0)
            ? number << int.Max(shift, 0)
            : throw new EngineError(
                EngineErrorKind.Invalid,
                temporary: false,
                $"'{text}' is not a size.",
                "Write a number of bytes, or one with k, M, G or T behind it."
            );
    }
}
