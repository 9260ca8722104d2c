namespace Holdfast.Core.Access.Policies;

/// <summary>A rule in force.</summary>
/// <param name="text">As it was written.</param>
/// <param name="place">Null for a default.</param>
public sealed class Rule(string name, string text, Check check, RulePlace? place)
{
    public string Name { get; } = name;

    public string Text { get; } = text;

    public Check Check { get; } = check;

    public RulePlace? Place { get; } = place;

    /// <summary>Every rule is a project's: a token of the whole system, or of a domain, satisfies none.</summary>
    public bool Allows(in Question question) => question.Caller.ProjectId.Length > 0 && Check.Holds(question);
}
