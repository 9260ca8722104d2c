using System.Globalization;

namespace Holdfast.Core.Access.Policies;

/// <summary>
/// oslo.policy's language: <c>and</c>, <c>or</c>, <c>not</c>, parentheses and checks <c>kind:match</c>. What oslo.policy
/// would log and take for "never", or trip over when it is asked, is an error here.
/// </summary>
public sealed class RuleParser
{
    /// <summary>Parentheses and <c>not</c> within each other; people need three.</summary>
    public const int MaxNesting = 100;

    private readonly List<string> tokens;
    private int next;
    private int nesting;

    private RuleParser(List<string> tokens) => this.tokens = tokens;

    /// <param name="rule">Empty means always.</param>
    /// <exception cref="PolicyError">It is not in the language; the message says what is wrong, not where.</exception>
    public static Check Parse(string rule)
    {
        if (rule.Length == 0)
        {
            return ConstantCheck.Always;
        }
        RuleParser parser = new(Tokens(rule));
        Check check = parser.Or();
        return parser.next == parser.tokens.Count
            ? check
            : throw new PolicyError($"'{parser.tokens[parser.next]}' stands where 'and', 'or' or the end is due");
    }

    /// <summary>The older form: alternatives, each a list of checks that must all hold. An empty list means always.</summary>
    /// <exception cref="PolicyError">A check is not in the language.</exception>
    public static Check Parse(IReadOnlyList<IReadOnlyList<string>> alternatives)
    {
        if (alternatives.Count == 0)
        {
            return ConstantCheck.Always;
        }
        Check[] parts =
        [
            .. alternatives
                .Where(checks => checks.Count > 0)
                .Select(checks => Join([.. checks.Select(ParseCheck)], all => new AndCheck(all))),
        ];
        return parts.Length == 0 ? ConstantCheck.Never : Join(parts, any => new OrCheck(any));
    }

    private Check Or()
    {
        List<Check> parts = [And()];
        while (TakeWord("or"))
        {
            parts.Add(And());
        }
        return Join([.. parts], any => new OrCheck(any));
    }

    private Check And()
    {
        List<Check> parts = [Not()];
        while (TakeWord("and"))
        {
            parts.Add(Not());
        }
        return Join([.. parts], all => new AndCheck(all));
    }

    private Check Not()
    {
        if (next == tokens.Count)
        {
            throw new PolicyError("it ends where a check is due");
        }
        string token = tokens[next++];
        if (token == ")" || IsWord(token, "and") || IsWord(token, "or"))
        {
            throw new PolicyError($"'{token}' stands where a check is due");
        }
        if (token != "(" && !IsWord(token, "not"))
        {
            return ParseCheck(token);
        }
        if (++nesting > MaxNesting)
        {
            throw new PolicyError($"more than {MaxNesting} parentheses or 'not' lie within each other");
        }
        Check check = token == "(" ? Or() : new NotCheck(Not());
        if (token == "(" && !Take(")"))
        {
            throw new PolicyError("a ')' is missing");
        }
        nesting--;
        return check;
    }

    private bool Take(string token)
    {
        bool there = next < tokens.Count && tokens[next] == token;
        next += there ? 1 : 0;
        return there;
    }

    private bool TakeWord(string word)
    {
        bool there = next < tokens.Count && IsWord(tokens[next], word);
        next += there ? 1 : 0;
        return there;
    }

    private static bool IsWord(string token, string word) => token.Equals(word, StringComparison.OrdinalIgnoreCase);

    private static Check Join(Check[] parts, Func<Check[], Check> join) => parts is [Check only] ? only : join(parts);

    // Blanks separate; parentheses do so only where a word begins or ends, for %(name)s has some within.
    private static List<string> Tokens(string rule)
    {
        List<string> found = [];
        foreach (string word in rule.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            string inner = word.TrimStart('(');
            string bare = inner.TrimEnd(')');
            found.AddRange(Enumerable.Repeat("(", word.Length - inner.Length));
            if (bare.Length > 0)
            {
                found.Add(bare);
            }
            found.AddRange(Enumerable.Repeat(")", inner.Length - bare.Length));
        }
        return found;
    }

    private static Check ParseCheck(string text)
    {
        switch (text)
        {
            case "@":
                return ConstantCheck.Always;
            case "!":
                return ConstantCheck.Never;
            case ['\'' or '"', .., char last] when last == text[0]:
                throw new PolicyError($"{text} is text in quotes, and not a check: a check is kind:match");
        }
        if (text.Any(char.IsWhiteSpace))
        {
            throw new PolicyError($"'{text}' is more than one check: in a list each stands by itself");
        }
        int colon = text.IndexOf(':');
        if (colon < 1)
        {
            throw new PolicyError($"'{text}' is not a check: a check is kind:match, such as role:member, or @ or !");
        }
        string kind = text[..colon];
        string match = text[(colon + 1)..];
        return kind switch
        {
            "rule" => match.Length > 0 ? new RuleCheck(match) : throw new PolicyError("'rule:' names no rule"),
            "role" => match.Length > 0
                ? new RoleCheck(kind, Template.Parse(match))
                : throw new PolicyError("'role:' names no role"),
            "roles" => new RoleCheck(kind, Template.Parse(match)),
            "http" or "https" => throw new PolicyError(
                $"'{text}' asks another server; Holdfast decides by itself, and has no http and https checks"
            ),
            _ => Literal(kind) is { } literal ? new LiteralCheck(kind, literal, Template.Parse(match))
            : char.IsAsciiLetter(kind[0]) || kind[0] == '_' ? new AttributeCheck(kind, Template.Parse(match))
            : throw new PolicyError(
                $"'{kind}' of '{text}' is neither an attribute's name nor a constant: True, False, None, a whole number, or text in quotes"
            ),
        };
    }

    /// <returns>What Python's constant is as text; null when it is none.</returns>
    private static string? Literal(string kind) =>
        kind switch
        {
            "True" or "False" or "None" => kind,
            ['\'' or '"', .. string text, char last] when last == kind[0] && !text.Contains('\\') => text,
            _ => long.TryParse(kind, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            && number.ToString(CultureInfo.InvariantCulture) == kind
                ? kind
                : null,
        };
}
