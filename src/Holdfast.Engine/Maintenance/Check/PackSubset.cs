using System.Globalization;
using System.Security.Cryptography;

namespace Holdfast.Engine.Maintenance.Check;

/// <summary>
/// Which packs a check reads, written as restic's <c>--read-data-subset</c>: <c>2/5</c> is the second of five fixed
/// parts, so that five runs read everything; <c>10%</c> and <c>5G</c> are a new random choice each time.
/// </summary>
public abstract record PackSubset
{
    private PackSubset() { }

    public static PackSubset None { get; } = new Share(0);

    public static PackSubset All { get; } = new Share(1);

    /// <summary>
    /// A turn of many that read everything together: packs whose id begins with the first of these bytes, at least so
    /// many bytes of ids and so much of packs; and some packs beside.
    /// </summary>
    /// <param name="order">Which first bytes of ids are next.</param>
    /// <param name="size">In bytes.</param>
    public static PackSubset Turn(IReadOnlyList<byte> order, int least, long size, IReadOnlySet<Id> also) =>
        new Next(order, least, size, also);

    /// <param name="sizes">Every pack and its length.</param>
    /// <returns>The chosen packs, in the order of their ids.</returns>
    public abstract IReadOnlyList<Id> Choose(IReadOnlyDictionary<Id, long> sizes);

    /// <exception cref="EngineError"><see cref="EngineErrorKind.Invalid"/>.</exception>
    public static PackSubset Parse(string text)
    {
        int slash = text.IndexOf('/');
        if (slash >= 0)
        {
            return
                int.TryParse(text.AsSpan()[..slash], NumberStyles.None, null, out int number)
                && int.TryParse(text.AsSpan()[(slash + 1)..], NumberStyles.None, null, out int parts)
                && number >= 1
                && number <= parts
                && parts <= Part.Most
                ? new Part(number, parts)
                : throw Invalid(text);
        }
        if (text.EndsWith('%'))
        {
            return
                double.TryParse(text.AsSpan()[..^1], NumberStyles.AllowDecimalPoint, null, out double percent)
                && percent is > 0 and <= 100
                ? new Share(percent / 100)
                : throw Invalid(text);
        }
        return new Bytes(ByteSize.Parse(text));
    }

    private static EngineError Invalid(string text) =>
        new(
            EngineErrorKind.Invalid,
            temporary: false,
            $"'{text}' is no subset of the packs.",
            "Write n/t with n from 1 to t and t at most 256, a percentage above 0, or a size."
        );

    // Fisher and Yates, as far as needed.
    private static List<Id> Draw(IReadOnlyDictionary<Id, long> sizes, int count)
    {
        Id[] packs = [.. sizes.Keys];
        for (int i = 0; i < count; i++)
        {
            int j = RandomNumberGenerator.GetInt32(i, packs.Length);
            (packs[i], packs[j]) = (packs[j], packs[i]);
        }
        return [.. packs.Take(count).Order()];
    }

    private sealed record Part(int Number, int Parts) : PackSubset
    {
        /// <summary>A pack's part goes by its first byte, as in restic.</summary>
        public const int Most = 256;

        public override IReadOnlyList<Id> Choose(IReadOnlyDictionary<Id, long> sizes) =>
            [.. sizes.Keys.Where(pack => pack.Bytes[0] % Parts == Number - 1).Order()];
    }

    private sealed record Next(IReadOnlyList<byte> Order, int Least, long Size, IReadOnlySet<Id> Also) : PackSubset
    {
        public override IReadOnlyList<Id> Choose(IReadOnlyDictionary<Id, long> sizes)
        {
            ILookup<byte, Id> packs = sizes.Keys.ToLookup(pack => pack.Bytes[0]);
            HashSet<Id> chosen = [.. Also.Where(sizes.ContainsKey)];
            long size = 0;
            for (int turn = 0; turn < Order.Count && (turn < Least || size < Size); turn++)
            {
                chosen.UnionWith(packs[Order[turn]]);
                size += packs[Order[turn]].Sum(pack => sizes[pack]);
            }
            return [.. chosen.Order()];
        }
    }

    private sealed record Share(double Fraction) : PackSubset
    {
        public override IReadOnlyList<Id> Choose(IReadOnlyDictionary<Id, long> sizes) =>
            Fraction == 0
                ? []
                : Draw(sizes, int.Clamp((int)(sizes.Count * Fraction), int.Min(1, sizes.Count), sizes.Count));
    }

    private sealed record Bytes(long Size) : PackSubset
    {
        public override IReadOnlyList<Id> Choose(IReadOnlyDictionary<Id, long> sizes)
        {
            long total = sizes.Values.Sum();
            return new Share(total == 0 ? 1 : double.Min(1, (double)Size / total)).Choose(sizes);
        }
    }
}
