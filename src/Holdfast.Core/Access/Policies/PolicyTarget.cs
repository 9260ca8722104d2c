using System.Collections.Frozen;

namespace Holdfast.Core.Access.Policies;

/// <summary>
/// The object that a rule looks at, by the attributes that <c>%(name)s</c> may name. An attribute that the object has no
/// value for is written <c>None</c>, as in oslo.policy.
/// </summary>
public readonly record struct PolicyTarget(string? ProjectId, string? UserId)
{
    /// <summary>What most calls are judged by: the caller's own project and user. Whose row it is, the services see to.</summary>
    public static PolicyTarget Of(Caller caller) => new(caller.ProjectId, caller.UserId);

    internal static readonly FrozenDictionary<string, Func<PolicyTarget, string?>> Attributes = new Dictionary<
        string,
        Func<PolicyTarget, string?>
    >(StringComparer.Ordinal)
    {
        ["project_id"] = target => target.ProjectId,
        ["user_id"] = target => target.UserId,
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
