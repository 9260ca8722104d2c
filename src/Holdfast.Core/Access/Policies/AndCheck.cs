namespace Holdfast.Core.Access.Policies;

/// <summary><c>and</c>: holds when every part does; asked in order, up to the first that does not.</summary>
public sealed class AndCheck(Check[] parts) : Check
{
    public override IReadOnlyList<Check> Parts => parts;

    public override bool Holds(in Question question)
    {
        foreach (Check part in parts)
        {
            if (!part.Holds(question))
            {
                return false;
            }
        }
        return true;
    }

    public override string ToString() => $"({string.Join(" and ", parts.AsEnumerable())})";
}
