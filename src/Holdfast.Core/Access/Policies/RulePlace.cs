namespace Holdfast.Core.Access.Policies;

/// <summary>Where a rule was written.</summary>
public sealed record RulePlace(string File, long Line)
{
    public override string ToString() => $"{File}, line {Line}";
}
