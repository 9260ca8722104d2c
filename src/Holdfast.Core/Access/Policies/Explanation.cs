namespace Holdfast.Core.Access.Policies;

/// <summary>Why a check holds or does not: the tree again, with an answer at every node.</summary>
/// <param name="Because">What was compared, or where a rule was written; null where the parts say it.</param>
/// <param name="Parts">All of them, also those that need not be asked.</param>
public sealed record Explanation(string Check, bool Holds, string? Because, IReadOnlyList<Explanation> Parts)
{
    public static Explanation Of(Check check, in Question question)
    {
        List<Explanation> parts = [];
        foreach (Check part in check is RuleCheck reference ? [reference.Rule.Check] : check.Parts)
        {
            parts.Add(Of(part, question));
        }
        return new Explanation(check.ToString(), check.Holds(question), check.Facts(question), parts);
    }
}
