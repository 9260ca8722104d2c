using System.Collections.Frozen;

namespace Holdfast.Core.Access.Policies;

/// <summary><c>project_id:…</c>: the caller's attribute is the text that the right side comes to.</summary>
public sealed class AttributeCheck(string name, Template match) : Check
{
    /// <summary>Decided by a rule of its own: whoever asks for it, asks that rule.</summary>
    public const string IsAdmin = "is_admin";

    // None, True and False as Python writes them. The scopes of a token other than a project satisfy no rule, so that
    // where a rule is asked they are None.
    private static readonly FrozenDictionary<string, Func<Caller, string?>> Attributes = new Dictionary<
        string,
        Func<Caller, string?>
    >(StringComparer.Ordinal)
    {
        ["user_id"] = caller => caller.UserId,
        ["project_id"] = caller => caller.ProjectId,
        [IsAdmin] = caller => caller.IsAdmin ? "True" : "False",
        ["user_domain_id"] = caller => caller.UserDomainId,
        ["project_domain_id"] = caller => caller.ProjectDomainId,
        ["domain_id"] = _ => null,
        ["system_scope"] = _ => null,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly Func<Caller, string?>? attribute = Attributes.GetValueOrDefault(name);

    public string Name { get; } = name;

    /// <summary>An attribute that no caller has equals nothing, as in oslo.policy.</summary>
    public override bool Holds(in Question question) =>
        attribute is not null
        && match.Equals(attribute(question.Caller) ?? "None", question.Target, StringComparison.Ordinal);

    public override string? Facts(in Question question) =>
        attribute is null
            ? Doubt
            : $"the caller's is {attribute(question.Caller) ?? "None"}, the right side {match.Describe(question.Target)}";

    public override string? Doubt =>
        attribute is null
            ? $"a caller has no attribute '{Name}' (there are roles, {string.Join(", ", Attributes.Keys.Order())}), so that '{this}' never holds"
            : match.Doubt;

    public override string ToString() => $"{Name}:{match}";
}
