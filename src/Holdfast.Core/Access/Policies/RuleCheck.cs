namespace Holdfast.Core.Access.Policies;

/// <summary><c>rule:name</c>: what another rule says. Which rule that is, is known once all are read.</summary>
public sealed class RuleCheck(string name) : Check
{
    private Rule? rule;

    public string Name { get; } = name;

    /// <exception cref="InvalidOperationException">The check is in no <see cref="RuleSet"/>.</exception>
    public Rule Rule
    {
        get => rule ?? throw new InvalidOperationException($"rule:{Name} is not linked.");
        internal set => rule = value;
    }

    public override bool Holds(in Question question) => Rule.Check.Holds(question);

    public override string? Facts(in Question question) => Rule.Place?.ToString() ?? "default";

    public override string ToString() => $"rule:{Name}";
}
