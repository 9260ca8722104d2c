using System.Globalization;

namespace Holdfast.Engine.Maintenance.Prune;

/// <summary>How many unused bytes a prune may leave behind: a share of the repository, a size, or any number.</summary>
public readonly record struct UnusedLimit
{
    private readonly double share;
    private readonly long bytes;

    private UnusedLimit(double share, long bytes) => (this.share, this.bytes) = (share, bytes);

    /// <summary>restic's default: below it, rewriting packs costs more than the space is worth.</summary>
    public static UnusedLimit Default { get; } = OfPercent(5);

    public static UnusedLimit Unlimited { get; } = OfBytes(long.MaxValue);

    /// <param name="percent">Of the repository as it is afterwards; 0 to below 100.</param>
    public static UnusedLimit OfPercent(double percent) =>
        percent is >= 0 and < 100
            ? new(percent / (100 - percent), 0)
            : throw Invalid(percent.ToString(CultureInfo.InvariantCulture) + "%");

    public static UnusedLimit OfBytes(long bytes) => new(0, bytes);

    /// <summary>Parses restic's <c>--max-unused</c>: <c>5%</c>, <c>200M</c> or <c>unlimited</c>.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Invalid"/>.</exception>
    public static UnusedLimit Parse(string text)
    {
        if (text == "unlimited")
        {
            return Unlimited;
        }
        if (!text.EndsWith('%'))
        {
            return OfBytes(ByteSize.Parse(text));
        }
        return double.TryParse(text.AsSpan()[..^1], NumberStyles.AllowDecimalPoint, null, out double percent)
            ? OfPercent(percent)
            : throw Invalid(text);
    }

    public long Allowed(long usedBytes) => share > 0 ? (long)(share * usedBytes) : bytes;

    private static EngineError Invalid(string text) =>
        new(
            EngineErrorKind.Invalid,
            temporary: false,
            $"'{text}' is no limit of unused data.",
            "Write a percentage below 100 (5%), a size (200M) or 'unlimited'."
        );
}
