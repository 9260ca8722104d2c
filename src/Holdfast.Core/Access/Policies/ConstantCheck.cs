namespace Holdfast.Core.Access.Policies;

/// <summary><c>@</c>, always; <c>!</c>, never.</summary>
public sealed class ConstantCheck : Check
{
    public static readonly ConstantCheck Always = new(true);
    public static readonly ConstantCheck Never = new(false);

    private readonly bool holds;

    private ConstantCheck(bool holds) => this.holds = holds;

    public override bool Holds(in Question question) => holds;

    public override string ToString() => holds ? "@" : "!";
}
