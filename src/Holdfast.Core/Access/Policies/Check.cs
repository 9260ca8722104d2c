namespace Holdfast.Core.Access.Policies;

/// <summary>
/// One node of a rule's tree. As text it is oslo.policy's language again, and reads back as the same tree.
/// </summary>
public abstract class Check
{
    /// <summary>Allocates nothing.</summary>
    public abstract bool Holds(in Question question);

    /// <summary>The checks that this one is made of.</summary>
    public virtual IReadOnlyList<Check> Parts => [];

    /// <summary>Why this check is surely not what its author meant, though it is in the language; else null.</summary>
    public virtual string? Doubt => null;

    /// <summary>What it compared, for people; null where its parts say it.</summary>
    public virtual string? Facts(in Question question) => null;

    public abstract override string ToString();
}
