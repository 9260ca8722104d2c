using System.Text.RegularExpressions;

namespace Holdfast.Core.Access.Policies;

/// <summary>
/// The right side of a check: text in which <c>%(name)s</c> stands for an attribute of the target, and <c>%%</c> for a
/// percent sign. With an attribute that no target has, it equals nothing.
/// </summary>
public sealed partial class Template
{
    private readonly record struct Piece(string Text, Func<PolicyTarget, string?>? Attribute);

    private readonly string text;
    private readonly Piece[] parts;
    private readonly string? missing;

    private Template(string text, Piece[] parts, string? missing) =>
        (this.text, this.parts, this.missing) = (text, parts, missing);

    /// <summary>The text, where it does not depend on the target; else null.</summary>
    public string? Constant =>
        missing is null && Array.TrueForAll(parts, piece => piece.Attribute is null)
            ? string.Concat(parts.Select(piece => piece.Text))
            : null;

    /// <summary>Why it surely equals nothing that its author meant; else null.</summary>
    public string? Doubt =>
        missing is not null
            ? $"a target has no attribute '{missing}' (there are {string.Join(", ", PolicyTarget.Attributes.Keys.Order())}), so that what compares with '{text}' never holds"
        : text is ['\'', .., '\''] or ['"', .., '"']
            ? $"the quotes of {text} are part of what is compared, as in oslo.policy: leave them out"
        : null;

    /// <exception cref="PolicyError">A percent sign begins neither <c>%(name)s</c> nor <c>%%</c>.</exception>
    public static Template Parse(string source)
    {
        List<Piece> pieces = [];
        string? unknown = null;
        foreach (Match match in Pieces().Matches(source))
        {
            if (match.Groups["name"] is { Success: true, Value: string name })
            {
                pieces.Add(new Piece("", PolicyTarget.Attributes.GetValueOrDefault(name)));
                unknown ??= pieces[^1].Attribute is null ? name : null;
            }
            else if (match.Value == "%")
            {
                throw new PolicyError($"in '{source}' a % begins neither %(name)s nor %%");
            }
            else
            {
                pieces.Add(new Piece(match.Value == "%%" ? "%" : match.Value, null));
            }
        }
        return new Template(source, [.. pieces], unknown);
    }

    /// <summary>Whether it comes to <paramref name="value"/>; compared piece by piece, so that nothing is put together.</summary>
    public bool Equals(ReadOnlySpan<char> value, in PolicyTarget target, StringComparison comparison)
    {
        if (missing is not null)
        {
            return false;
        }
        foreach (Piece piece in parts)
        {
            ReadOnlySpan<char> due = piece.Attribute is null ? piece.Text : piece.Attribute(target) ?? "None";
            if (!value.StartsWith(due, comparison))
            {
                return false;
            }
            value = value[due.Length..];
        }
        return value.IsEmpty;
    }

    /// <summary>What it comes to, for people.</summary>
    public string Describe(PolicyTarget target) =>
        missing is not null
            ? $"nothing: a target has no '{missing}'"
            : string.Concat(
                parts.Select(piece => piece.Attribute is null ? piece.Text : piece.Attribute(target) ?? "None")
            );

    public override string ToString() => text;

    [GeneratedRegex(
        @"[^%]+|%%|%\((?<name>[^)]*)\)s|%",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: Timeout.Infinite
    )]
    private static partial Regex Pieces();
}
