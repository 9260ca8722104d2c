namespace Holdfast.Core.Access.Policies;

/// <summary><c>or</c>: holds when some part does; asked in order, up to the first that does.</summary>
public sealed class OrCheck(Check[] parts) : Check
{
    public override IReadOnlyList<Check> Parts => parts;

    public override bool Holds(in Question question)
    {
        foreach (Check part in parts)
        {
            if (part.Holds(question))
            {
                return true;
            }
        }
        return false;
    }

    public override string ToString() => $"({string.Join(" or ", parts.AsEnumerable())})";
}
