namespace Holdfast.Core.Access.Policies;

/// <summary><c>'text':…</c>, <c>True:…</c>, <c>None:…</c>, <c>20:…</c>: the right side comes to this text.</summary>
/// <param name="kind">As it was written.</param>
/// <param name="text">What it stands for.</param>
public sealed class LiteralCheck(string kind, string text, Template match) : Check
{
    public override bool Holds(in Question question) => match.Equals(text, question.Target, StringComparison.Ordinal);

    public override string? Facts(in Question question) => $"the right side is {match.Describe(question.Target)}";

    public override string? Doubt => match.Doubt;

    public override string ToString() => $"{kind}:{match}";
}
