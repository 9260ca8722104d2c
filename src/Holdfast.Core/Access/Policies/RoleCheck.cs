namespace Holdfast.Core.Access.Policies;

/// <summary>
/// <c>role:name</c>: the caller has the role, without regard to case. <c>roles:name</c> is the same, said as an attribute.
/// </summary>
public sealed class RoleCheck(string kind, Template match) : Check
{
    // A plain name is looked up; one that depends on the target is compared with each role.
    private readonly string? name = match.Constant?.ToLowerInvariant();

    public override bool Holds(in Question question)
    {
        if (name is not null)
        {
            return question.Caller.Roles.Contains(name);
        }
        foreach (string role in question.Caller.Roles)
        {
            if (match.Equals(role, question.Target, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        return false;
    }

    public override string? Facts(in Question question) =>
        question.Caller.Roles.Count == 0
            ? "the caller has no role"
            : $"the caller has {string.Join(", ", question.Caller.Roles.Order())}";

    public override string? Doubt => match.Doubt;

    public override string ToString() => $"{kind}:{match}";
}
