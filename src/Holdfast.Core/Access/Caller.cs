namespace Holdfast.Core.Access;

/// <summary>Who asks: the user and project of a validated token. Project is empty when the token has none.</summary>
/// <param name="Roles">Lower-case names, implied roles included.</param>
public sealed record Caller(string ProjectId, string UserId, IReadOnlySet<string> Roles, string RequestId)
{
    /// <summary>Manila's context_is_admin, decided once a request.</summary>
    public bool IsAdmin => Roles.Contains("admin");
}
