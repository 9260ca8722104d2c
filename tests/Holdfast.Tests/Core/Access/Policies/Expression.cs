using Holdfast.Core.Access;
using Holdfast.Core.Access.Policies;

namespace Holdfast.Tests.Core.Access.Policies;

/// <summary>
/// A rule made at random, and two plain functions of it: the text that somebody may have written, and the answer that is
/// due, by looking attributes up in dictionaries and putting strings together.
/// </summary>
internal abstract record Expression
{
    public static readonly string[] Roles = ["admin", "member", "reader", "operator"];
    public static readonly string[] Ids = ["p1", "p2", "u1", "None", "True"];

    private sealed record Join(string Word, Expression[] Parts) : Expression;

    private sealed record Not(Expression Part) : Expression;

    private sealed record Leaf(string Kind, string Match) : Expression;

    private sealed record Constant(string Sign) : Expression;

    public static Expression Make(Random random, int depth)
    {
        switch (depth == 0 ? random.Next(5) : random.Next(9))
        {
            case 0:
                return new Constant(random.Next(2) == 0 ? "@" : "!");
            case 1 or 2:
                return new Leaf("role", Cased(random, Pick(random, Roles)));
            case 3:
                return new Leaf(
                    Pick(random, "project_id", "user_id", "user_domain_id", "is_admin", "tenant"),
                    RightSide(random)
                );
            case 4:
                return new Leaf(Pick(random, "'p1'", "\"u1\"", "True", "None", "20", "-3", "''"), RightSide(random));
            case 5:
                return new Not(Make(random, depth - 1));
            default:
                Expression[] parts = [.. Enumerable.Range(0, random.Next(2, 4)).Select(_ => Make(random, depth - 1))];
                return new Join(Pick(random, "and", "or"), parts);
        }
    }

    /// <summary>With blanks, parentheses and capitals as people strew them.</summary>
    public string Write(Random random) => WriteWithin(random, "or").Trim();

    public bool Holds(
        Dictionary<string, string> caller,
        IReadOnlySet<string> roles,
        Dictionary<string, string> target
    ) =>
        this switch
        {
            Constant constant => constant.Sign == "@",
            Not not => !not.Part.Holds(caller, roles, target),
            Join { Word: "and" } all => all.Parts.All(part => part.Holds(caller, roles, target)),
            Join any => any.Parts.Any(part => part.Holds(caller, roles, target)),
            Leaf leaf => Right(leaf.Match, target) is { } right && Holds(leaf.Kind, right, caller, roles),
            _ => throw new InvalidOperationException(),
        };

    private static bool Holds(
        string kind,
        string right,
        Dictionary<string, string> caller,
        IReadOnlySet<string> roles
    ) =>
        kind == "role" ? roles.Contains(right, StringComparer.OrdinalIgnoreCase)
        : kind[0] is '\'' or '"' ? kind[1..^1] == right
        : kind is "True" or "None" or "20" or "-3" ? kind == right
        : caller.TryGetValue(kind, out string? left) && left == right;

    // Null when the target lacks what it names.
    private static string? Right(string match, Dictionary<string, string> target)
    {
        foreach (string name in new[] { "project_id", "user_id", "share_id" })
        {
            if (match.Contains($"%({name})s", StringComparison.Ordinal))
            {
                if (!target.TryGetValue(name, out string? value))
                {
                    return null;
                }
                match = match.Replace($"%({name})s", value, StringComparison.Ordinal);
            }
        }
        return match.Replace("%%", "%", StringComparison.Ordinal);
    }

    private string WriteWithin(Random random, string around)
    {
        string text = this switch
        {
            Constant constant => constant.Sign,
            Leaf leaf => $"{leaf.Kind}:{leaf.Match}",
            Not not => $"{Cased(random, "not")}{Blank(random)}{not.Part.WriteWithin(random, "not")}",
            Join join => string.Join(
                $"{Blank(random)}{Cased(random, join.Word)}{Blank(random)}",
                join.Parts.Select(part => part.WriteWithin(random, join.Word))
            ),
            _ => throw new InvalidOperationException(),
        };
        bool needed = this is Join inner && (around == "not" || (around == "and" && inner.Word == "or"));
        for (int parentheses = (needed ? 1 : 0) + (random.Next(6) == 0 ? 1 : 0); parentheses > 0; parentheses--)
        {
            text = random.Next(2) == 0 ? $"({text})" : $"( {text} )";
        }
        return text;
    }

    private static string RightSide(Random random) =>
        random.Next(8) switch
        {
            0 or 1 => "%(project_id)s",
            2 => "%(user_id)s",
            3 => "%(share_id)s",
            4 => "p%(user_id)s",
            5 => "1%%",
            _ => Pick(random, Ids),
        };

    private static string Blank(Random random) => Pick(random, " ", " ", "  ", "\t", "\n");

    private static string Cased(Random random, string text) => random.Next(3) == 0 ? text.ToUpperInvariant() : text;

    private static string Pick(Random random, params string[] of) => of[random.Next(of.Length)];
}
