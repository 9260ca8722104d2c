namespace Holdfast.Core.Access.Policies;

/// <summary><c>not</c>: holds when its part does not.</summary>
public sealed class NotCheck(Check part) : Check
{
    public override IReadOnlyList<Check> Parts { get; } = [part];

    public override bool Holds(in Question question) => !part.Holds(question);

    public override string ToString() => $"not {part}";
}
