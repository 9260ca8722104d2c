using Holdfast.Core.Access.Policies;

namespace Holdfast.Core.Access;

/// <summary>
/// Who may call what, in oslo.policy's language with Manila's rule names. A rule speaks of the caller in the caller's own
/// project, unless the call gives it an object to look at; which rows are the caller's is the services' matter.
/// </summary>
public sealed class Policy
{
    private readonly RuleSet rules = RuleSet.Build(RuleDefaults.All, []);

    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.Forbidden"/>; which rule refused is not told.</exception>
    public void Require(Caller caller, string rule) => Require(caller, rule, PolicyTarget.Of(caller));

    /// <inheritdoc cref="Require(Caller, string)"/>
    public void Require(Caller caller, string rule, PolicyTarget target)
    {
        if (!Allows(caller, rule, target))
        {
            throw ServiceError.Forbidden();
        }
    }

    /// <exception cref="ArgumentException">There is no such rule.</exception>
    public bool Allows(Caller caller, string rule) => Allows(caller, rule, PolicyTarget.Of(caller));

    /// <inheritdoc cref="Allows(Caller, string)"/>
    public bool Allows(Caller caller, string rule, PolicyTarget target)
    {
        Rule asked = rules.Find(rule) ?? throw new ArgumentException($"There is no rule '{rule}'.", nameof(rule));
        // Every rule is a project's: a token of the whole system, or of a domain, satisfies none.
        return caller.ProjectId.Length > 0 && asked.Check.Holds(new Question(caller, target));
    }

    /// <summary>Whose request it is. What the policy says of a caller once a request, it says here.</summary>
    public Caller Identify(ValidToken token, string requestId)
    {
        Caller caller = new(token.ProjectId ?? "", token.UserId, token.Roles, requestId) { IsAdmin = false };
        caller = caller with { IsAdmin = Allows(caller, RuleSet.ContextIsAdmin) };
        return caller with { IsHostAdmin = Allows(caller, RuleSet.ContextIsHostAdmin) };
    }
}
