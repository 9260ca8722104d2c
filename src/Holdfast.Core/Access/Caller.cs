namespace Holdfast.Core.Access;

/// <summary>Who asks: the user and project of a validated token. Project is empty when the token has none.</summary>
/// <param name="Roles">Lower-case names, implied roles included.</param>
public sealed record Caller(string ProjectId, string UserId, IReadOnlySet<string> Roles, string RequestId)
{
    /// <summary>Where the request came from; null for what the service does itself.</summary>
    public string? Address { get; init; }

    /// <summary>The domains of user and project, for rules that ask.</summary>
    public string? UserDomainId { get; init; }

    /// <inheritdoc cref="UserDomainId"/>
    public string? ProjectDomainId { get; init; }

    /// <summary>
    /// Whether every project's objects are the caller's: Manila's context_is_admin, decided once a request by
    /// <see cref="Policy.Identify"/>. Local identity asks no policy: there it is Keystone's administrator.
    /// </summary>
    public bool IsAdmin { get; init; } = Roles.Contains(BaseRoles.Admin);

    /// <summary>Whether the caller sees where things lie: Manila's context_is_host_admin, decided once a request.</summary>
    public bool IsHostAdmin { get; init; } = Roles.Contains(BaseRoles.Admin);
}
